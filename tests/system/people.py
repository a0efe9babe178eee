"""Invented people and what they do, as JSON for the HTTP door."""

import itertools
import random
import uuid
from datetime import datetime, timedelta, timezone

_numbers = itertools.count(random.randrange(100000, 800000))


def new_id():
    return str(uuid.uuid4())


def new_crn():
    return f"T{next(_numbers) % 1000000:06d}"


def new_telephone():
    """From the range that Ofcom keeps free for drama."""
    return f"+447700900{next(_numbers) % 1000:03d}"


def at(**offset):
    """The time so far from now, as JSON writes it."""
    return (datetime.now(timezone.utc) + timedelta(**offset)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def person(crn, **more):
    return {"practitioner": "N01A001",
            "personal": {"givenName": "Siân", "familyName": "O'Dŵr", "telephone": new_telephone(),
                         "email": f"{crn.lower()}@example.invalid"},
            "language": "ENGLISH", "consent": {"texts": "YES", "emails": "YES"}, "preferredChannel": "SMS",
            "whereabouts": "COMMUNITY", **more}


def mentor(**more):
    return {"personal": {"givenName": "Gwen", "familyName": "Invented", "telephone": new_telephone(),
                         "email": "gwen@example.invalid"},
            "channel": "SMS", "language": "ENGLISH", "gender": "WOMAN", "experiences": ["custody"], "languages": ["en", "cy"],
            "availability": ["mon-am"], "places": ["Newport"], "remote": True, "capacity": 2,
            "vettedUntil": at(days=300), "supervisedUntil": at(days=90), "conflictsChecked": True, "supervisor": "S01A001", **more}


def appointment(engagement_id, minutes=61, **more):
    return {"engagementId": engagement_id, "startsAt": at(minutes=minutes), "endsAt": at(minutes=minutes + 30),
            "place": "the civic centre", "mode": "IN_PERSON", "function": "SUPPORT", **more}


def session(engagement_id, **more):
    return {"engagementId": engagement_id, "startsAt": at(hours=-2), "endsAt": at(hours=-1),
            "attendance": {"happened": "HAPPENED", "attended": "ON_TIME", "complied": True},
            "mode": "IN_PERSON", "function": "SUPPORT", "participants": ["PERSON", "PRACTITIONER"],
            "measures": [{"name": "alliance", "from": "PERSON", "value": 5.5}], **more}


def explanation(engagement_id, **more):
    return {"engagementId": engagement_id, "version": 1, "language": "ENGLISH", "givenAt": at(minutes=-5),
            "acknowledged": "ON_SCREEN", "acknowledgedAt": at(minutes=-4), **more}


def register(stack, pathway="supervision", area="demo-north", **more):
    """A new person on a pathway: CRN and the engagement's id."""
    crn, engagement = new_crn(), new_id()
    stack.made(f"/people/{crn}", person(crn, **more), area=area)
    stack.made(f"/engagements/{engagement}", {"crn": crn, "pathway": pathway}, area=area)
    return crn, engagement
