// Leads a meeting without network: <div data-live data-send="/url/" data-marks="[…]" data-steps="11">.
// Every press is done here at once and sent when it can be; its id makes sending it twice harmless.
// Where it stands is worked out as in engine/meetings/live.py. Without script every press is a form.
const page = document.querySelector("[data-live]");
const AGAIN = 15000;

function standing(marks, steps) {
  const pressed = marks.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  const begun = pressed.find((mark) => mark.word === "begin");
  const number = 1 + Math.max(0, ...pressed.filter((m) => m.word === "done").map((m) => m.step));
  let panel = "step", since = begun?.at ?? null;
  for (const mark of pressed) {
    if (mark.word === "pause" || mark.word === "left") panel = mark.word;
    else if (mark.word !== "stop") [panel, since] = ["step", mark.at];
  }
  if (pressed.some((mark) => mark.word === "stop")) panel = "stopped";
  else if (!begun) panel = "before";
  else if (number > steps) panel = "ended";
  return { panel, number: Math.min(number, steps), since };
}

function lead(page) {
  const steps = Number(page.dataset.steps);
  const marks = JSON.parse(page.dataset.marks);
  const told = page.querySelector("[data-told]");
  const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  let waiting = [], busy = false;

  const say = (words) => { if (told.textContent !== words) told.textContent = words; };
  const waits = () => page.dataset.waits.replace("{}", waiting.length);
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function show(moved) {
    const now = standing(marks, steps);
    const name = now.panel === "step" ? `step-${now.number}` : now.panel;
    for (const panel of page.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== name;
      if (panel.hidden) continue;
      if (now.since) panel.querySelector("[data-started]").textContent = page.dataset.since.replace("{}", clock(now.since));
      if (moved) panel.querySelector("[id^=now-]").focus();
    }
    const stop = page.querySelector("[data-stop]");
    if (stop) stop.hidden = now.panel === "before" || now.panel === "stopped";
    page.querySelectorAll("[data-ladder] > li").forEach((line, place) => {
      const done = now.panel !== "before" && (place + 1 < now.number || now.panel === "ended");
      line.className = done ? "is-done" : now.panel !== "before" && place + 1 === now.number ? "is-now" : "";
    });
    tick();
  }

  function tick() {
    const panel = page.querySelector("[data-panel^=step-]:not([hidden])");
    const { since } = standing(marks, steps);
    if (!panel || !since) return;
    const all = Number(panel.dataset.minutes) * 60;
    const left = Math.max(0, all - Math.floor((Date.now() - since) / 1000));
    panel.querySelector("[data-left]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    panel.querySelector(".bar rect")?.setAttribute("width", all ? String((100 * left) / all) : "0");
  }

  async function send() {
    if (busy || !waiting.length || !page.dataset.send) return;
    busy = true;
    const sent = waiting.slice(0, 200);
    try {
      const answer = await fetch(page.dataset.send, {
        method: "POST", redirect: "error", body: JSON.stringify({ presses: sent }),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
      });
      if (answer.ok) {
        const said = await answer.json();
        const kept = new Set(said.kept);
        waiting = waiting.filter((press) => !kept.has(press.id));
        say(waiting.length ? waits() : said.words);
      } else if (answer.status === 401 || answer.status === 403) {
        say(page.dataset.signIn);
      } else {
        say((await answer.json().catch(() => ({}))).words || page.dataset.refused);
      }
    } catch (failure) {
      say(navigator.onLine && failure instanceof TypeError && failure.message.includes("redirect") ? page.dataset.signIn : waits());
    }
    busy = false;
  }

  page.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-press]");
    if (!form) return;
    event.preventDefault();
    const press = {
      id: crypto.randomUUID(), word: form.dataset.press, step: Number(form.dataset.step),
      reason: form.dataset.reason, at: Date.now(),
    };
    marks.push(press);
    waiting.push(press);
    show(true);
    send();
  });

  addEventListener("online", send);
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  setInterval(send, AGAIN);
  setInterval(tick, 1000);
  show(false);
}

if (page) lead(page);
