// Leads a meeting without network: <div data-live data-send="/url/" data-marks="[…]" data-steps="11">.
// Every press is done here at once and sent when it can be; its id makes sending it twice harmless.
// Where it stands is worked out as in engine/meetings/live.py. Without script every press is a form.
// A sheet that is kept in this browser (kept.js) brings what was pressed before, and a token in place of a session.
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

function lead(page, kept = { marks: [], waiting: [] }) {
  const steps = Number(page.dataset.steps);
  const before = JSON.parse(page.dataset.marks);
  const known = new Set(before.map((mark) => mark.id));
  const marks = [...before, ...kept.marks.filter((mark) => !known.has(mark.id))];
  const gone = new AbortController();
  const told = page.querySelector("[data-told]");
  const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  let waiting = [...kept.waiting], busy = false;

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

  const tell = (name, detail) => page.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));

  function tick() {
    if (!page.isConnected) return stop();
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
        method: "POST", redirect: "error", body: JSON.stringify({ presses: sent, token: kept.token }),
        credentials: kept.token ? "omit" : "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...(token && { "X-CSRFToken": token }) },
      });
      if (answer.ok) {
        const said = await answer.json();
        const taken = new Set(said.kept);
        waiting = waiting.filter((press) => !taken.has(press.id));
        tell("run-sent", said.kept);
        say(waiting.length ? waits() : said.words);
      } else if ([401, 403, 410].includes(answer.status)) {
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
    tell("run-press", press);
    marks.push(press);
    waiting.push(press);
    show(true);
    send();
  });

  const timers = [setInterval(send, AGAIN), setInterval(tick, 1000)];
  function stop() {
    timers.forEach(clearInterval);
    gone.abort();
  }
  addEventListener("online", send, { signal: gone.signal });
  addEventListener("beforeunload", (event) => {
    if (waiting.length && !page.hasAttribute("data-journal")) event.preventDefault();
  }, { signal: gone.signal });
  show(false);
  if (waiting.length) {
    say(waits());
    send();
  }
}

const page = document.querySelector("[data-live]");
if (page) lead(page);
document.addEventListener("kept-opened", ({ target, detail }) => {
  const sheet = target.querySelector("[data-live]");
  if (!sheet) return;
  lead(sheet, detail);
  sheet.scrollIntoView();
});
