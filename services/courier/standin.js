// Brings the list up to date every three seconds, unless the reader has stopped that or is inside the list.
"use strict";
const list = document.getElementById("messages");
const count = document.getElementById("count");
const pause = document.getElementById("pause");
let seen = list.innerHTML;

async function update() {
  if (pause.getAttribute("aria-pressed") === "true" || list.contains(document.activeElement)) return;
  const answer = await fetch("/").catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("messages").innerHTML;
  if (now === seen) return;
  list.innerHTML = seen = now;
  count.textContent = page.getElementById("count").textContent;
}

pause.hidden = false;
pause.addEventListener("click", () => {
  const stopped = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(stopped));
});
setInterval(update, 3000);
