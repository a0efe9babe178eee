#!/usr/bin/python3
"""Stands in for the outside world: catches e-mail and text messages, shows them on a page, never sends them on.

It is an SMTP server and an SMS gateway (an HTTP webhook, see webhook.h). A message that comes again under the same
idempotency key (of an e-mail: its Message-ID) is counted once. Each message is a line of JSON in a file, so that it is
still there after a restart.

  GET  /               the page
  GET  /messages.json  all messages, oldest first
  POST /sms            the gateway: give ALONGSIDE_SMS_URL this address
  POST /fail           {"next": 2, "status": 503}: answers so to the next two texts; {"channel": "email", "status": 451}
                       to e-mails. With "take": true the message is taken in before the answer, as when a receipt is lost.

Needs python3-aiosmtpd. Prints "ready smtp=PORT http=PORT" once it listens; SIGTERM or SIGINT ends it.
"""
import argparse
import email
import email.policy
import hashlib
import hmac
import html
import http.server
import json
import pathlib
import re
import signal
import threading
import time
from datetime import datetime, timezone

from aiosmtpd.controller import Controller

HERE = pathlib.Path(__file__).resolve().parent
BODY_BYTES = 1 << 20
SIGNATURE_AGE_S = 300


class Mailbox:
    """What came in, by idempotency key, and how the next messages are to fail."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.messages = {}
        self.failures = []
        self.file = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.read(path)
            self.file = path.open("a", encoding="utf-8")

    def read(self, path):
        if not path.exists():
            return
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                message = json.loads(line)
                self.messages[message["key"]] = message
            except (ValueError, KeyError):
                continue  # a line cut short when the machine stopped

    def add(self, key, **content):
        with self.lock:
            known = self.messages.get(key)
            if known:
                known["times"] += 1
            else:
                now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
                known = {"key": key, "received_at": now, "times": 1, **content}
                self.messages[key] = known
            if self.file:
                self.file.write(json.dumps(known, ensure_ascii=False) + "\n")
                self.file.flush()

    def all(self):
        with self.lock:
            return [dict(message) for message in self.messages.values()]

    def fail_next(self, channel, count, status, take):
        with self.lock:
            self.failures = [f for f in self.failures if f["channel"] != channel]
            self.failures += [{"channel": channel, "status": status, "take": take}] * count

    def next_failure(self, channel):
        with self.lock:
            for i, failure in enumerate(self.failures):
                if failure["channel"] == channel:
                    return self.failures.pop(i)
        return None


class Smtp:
    """The mail server's side of the mailbox."""

    def __init__(self, mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server, session, envelope):
        failure = self.mailbox.next_failure("email")
        if not failure or failure["take"]:
            self.take(envelope)
        return f"{failure['status']} as told" if failure else "250 taken"

    def take(self, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        key = (message["Message-ID"] or "").strip("<>") or hashlib.sha256(envelope.content).hexdigest()
        body = message.get_body(("plain",)) or message
        self.mailbox.add(
            key,
            channel="email",
            to=", ".join(envelope.rcpt_tos),
            subject=message["Subject"] or "",
            text=body.get_content().replace("\r\n", "\n"),
            headers={name: str(value) for name, value in message.items()},
        )


class Door(http.server.BaseHTTPRequestHandler):
    """The gateway and the page. The server that it belongs to holds `mailbox` and `key`."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        pass  # requests hold telephone numbers

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/":
            self.answer(200, page(self.server.mailbox.all()), "text/html; charset=utf-8")
        elif path == "/messages.json":
            self.answer_json(200, self.server.mailbox.all())
        elif path in ("/standin.css", "/standin.js"):
            kind = "text/css" if path.endswith("css") else "text/javascript"
            self.answer(200, (HERE / path[1:]).read_bytes(), f"{kind}; charset=utf-8")
        else:
            self.answer_json(404, {"why": "there is nothing here"})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES:
            self.close_connection = True
            return self.answer_json(413, {"why": "a Content-Length of at most a mebibyte is needed"})
        body = self.rfile.read(int(length))
        if self.path == "/sms":
            return self.take_text(body)
        if self.path == "/fail":
            return self.take_failure(body)
        return self.answer_json(404, {"why": "there is nothing here"})

    def take_text(self, body):
        if not self.is_signed(body):
            return self.answer_json(401, {"why": "the signature is missing, wrong or too old"})
        try:
            text = json.loads(body)
            key, content = self.headers["Idempotency-Key"], {"to": text["to"], "text": text["text"]}
        except (ValueError, KeyError, TypeError):
            key = None
        if not key:
            return self.answer_json(400, {"why": "id, to, text and an Idempotency-Key are needed"})
        failure = self.server.mailbox.next_failure("sms")
        if not failure or failure["take"]:
            self.server.mailbox.add(key, channel="sms", subject="", **content)
        return self.answer_json(failure["status"] if failure else 202, {})

    def take_failure(self, body):
        try:
            told = json.loads(body)
            channel, status = told.get("channel", "sms"), int(told["status"])
            self.server.mailbox.fail_next(channel, int(told.get("next", 1)), status, bool(told.get("take")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.answer_json(400, {"why": 'send {"next": 1, "status": 503, "channel": "sms"}'})
        return self.answer_json(200, {})

    def is_signed(self, body):
        stamp = self.headers.get("X-Alongside-Timestamp", "")
        given = self.headers.get("X-Alongside-Signature", "")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > SIGNATURE_AGE_S:
            return False
        wanted = hmac.new(self.server.key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), f"sha256={wanted}".encode())

    def answer_json(self, status, value):
        self.answer(status, json.dumps(value, ensure_ascii=False), "application/json")

    def answer(self, status, body, kind):
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'")
        self.end_headers()
        self.wfile.write(data)


def linked(text):
    """The text as HTML, its web addresses as links: as a telephone shows them."""
    return re.sub(r"(https?://[^\s<>&\"']+)", r'<a href="\1">\1</a>', html.escape(text))


def entry(message):
    channel = "Text message" if message["channel"] == "sms" else "E-mail"
    again = f" · came {message['times']} times, counted once" if message["times"] > 1 else ""
    subject = f"<h3>{html.escape(message['subject'])}</h3>" if message["subject"] else ""
    return (
        f"<li><p class=\"about\">{channel} to <strong>{html.escape(message['to'])}</strong> · "
        f"<time datetime=\"{html.escape(message['received_at'])}\">{html.escape(message['received_at'][:19])} UTC</time>"
        f"{again}</p>{subject}<p class=\"text\">{linked(message['text'])}</p></li>"
    )


def page(messages):
    newest = [entry(message) for message in reversed(messages)][:500]
    frame = (HERE / "standin.html").read_text(encoding="utf-8")
    return frame.replace("{count}", str(len(messages))).replace("{messages}", "\n".join(newest))


class HttpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--smtp-port", type=int, default=8025, help="port of the mail server (8025); 0: any")
    parser.add_argument("--http-port", type=int, default=8026, help="port of the gateway and the page (8026); 0: any")
    parser.add_argument("--file", type=pathlib.Path, help="keep messages in this file, a line of JSON each")
    parser.add_argument("--key-file", type=pathlib.Path, required=True, help="the key that signs text messages")
    return parser.parse_args()


def free_port(bind, port):
    """A port for the mail server, whose library does not say which one it was given."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((bind, port))
        return probe.getsockname()[1]


def main():
    options = read_options()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    mailbox = Mailbox(options.file)
    web = HttpServer((options.bind, options.http_port), Door)
    web.mailbox, web.key = mailbox, options.key_file.read_bytes().rstrip(b"\r\n")
    smtp_port = free_port(options.bind, options.smtp_port)
    smtp = Controller(Smtp(mailbox), hostname=options.bind, port=smtp_port, enable_SMTPUTF8=True)
    smtp.start()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(f"ready smtp={smtp_port} http={web.server_address[1]}", flush=True)
    ended.wait()
    web.shutdown()
    smtp.stop()


if __name__ == "__main__":
    main()
