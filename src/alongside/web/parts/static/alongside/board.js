// The crisis board and one alert, kept true between two looks: clocks count down, a look that failed
// is said at once, a new alert is said aloud on request. Without it the pages reload themselves.
//
// [data-live] is the part htmx fetches anew while it has an hx-get (a closed alert has none): data-clock is the server's time in milliseconds,
// data-waits the ids of alerts nobody has, data-title the title of the page.
const ROUND = 2 * Math.PI * 20;
const AGAIN = 60_000; // a sound comes back while nobody has an alert
const LATE = 40_000; // two looks missed
const $ = (selector) => document.querySelector(selector);

let ahead = 0, looked = Date.now(), known = null, sounded = 0, audio;

// -- clocks -----------------------------------------------------------------------------------

function short(left) {
  const seconds = Math.floor(left / 1000), minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  return minutes < 120 ? `${minutes} m` : `${Math.floor(minutes / 60)} h`;
}

function tick() {
  const now = Date.now() - ahead;
  for (const ring of document.querySelectorAll("svg[data-due]")) {
    const due = Number(ring.dataset.due), since = Number(ring.dataset.since);
    const left = Math.max(0, due - now), share = left / Math.max(1000, due - since);
    ring.querySelector("text").textContent = short(left);
    ring.querySelector(".r1").setAttribute(
      "stroke-dasharray", `${(Math.min(1, share) * ROUND).toFixed(1)} ${ROUND.toFixed(1)}`);
    ring.classList.toggle("is-over", share < 0.25);
    ring.classList.toggle("is-soon", share >= 0.25 && share < 0.5);
  }
  lost(Boolean($("[data-live][hx-get]")) && Date.now() - looked > LATE);
}

// -- is this page still true? -----------------------------------------------------------------

function lost(is) {
  const note = $("#board-lost");
  if (!note || note.hidden === !is) return;
  note.hidden = !is;
  if (is && sound()) play([330, 262]);
}

function look() {
  const live = $("[data-live]");
  if (!live) return;
  looked = Date.now();
  ahead = looked - Number(live.dataset.clock);
  if (live.dataset.title) document.title = live.dataset.title;
  const waits = new Set((live.dataset.waits || "").split(" ").filter(Boolean));
  const fresh = known === null ? [] : [...waits].filter((id) => !known.has(id));
  const told = $("#board-told");
  if (told && fresh.length) told.textContent = told.dataset.words;
  if (sound() && waits.size && (fresh.length || looked - sounded > AGAIN)) play([660, 880, 660]);
  known = waits;
  tick();
}

// A page without the board (a sign-in) is never put in its place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.xhr.responseText.includes("data-live")) {
    event.detail.shouldSwap = false;
    looked = 0;
    tick();
  }
});
document.addEventListener("htmx:afterSettle", look);

// -- sound, on request ------------------------------------------------------------------------

const form = $("form[data-sound]");

function sound() {
  return form?.dataset.sound === "on";
}

function play(tones) {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  sounded = Date.now();
  tones.forEach((hertz, index) => {
    const at = audio.currentTime + index * 0.22, tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = hertz;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.3, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  });
}

function say() {
  form.elements.sound.value = sound() ? "off" : "on";
  // A browser plays nothing before somebody touched the page.
  const silent = sound() && !navigator.userActivation?.hasBeenActive;
  form.querySelector("[data-sound-waits]").hidden = !silent;
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), redirect: "error",
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (!answer?.ok) return lost(true);
    form.dataset.sound = (await answer.json()).sound ? "on" : "off";
    if (sound()) play([660, 880]);
    say();
  });
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { audio?.resume(); setTimeout(say); }, { once: true });
  }
  say();
}

look();
setInterval(tick, 1000);
