// What somebody keeps in their own browser, to read without network (rule M5): <section data-kept="plan">.
// Encrypted twice: by a key that cannot leave this browser, and by a PIN that is kept nowhere. It goes when its
// days are over, after too many wrong PINs, on signing out, on leaving, and when the service says so.
// Nothing is written before somebody asks for it, and looking leaves no trace. Without script it is not offered.
// Of a run sheet (data-kept="run") what live.js is pressed is kept beside it, and sent when there is network.
const NAME = "alongside-kept", VERSION = 2, ROUNDS = 600000, MOST = 200;
const place = document.querySelector("[data-kept]");
const can = Boolean(globalThis.indexedDB?.databases && globalThis.crypto?.subtle && navigator.serviceWorker);

const asked = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function store(name, mode, act) {
  const opening = indexedDB.open(NAME, VERSION);
  opening.onupgradeneeded = () => {
    const { result } = opening;
    for (const each of ["sets", "presses"]) if (!result.objectStoreNames.contains(each)) result.createObjectStore(each);
  };
  const base = await asked(opening);
  try {
    return await act(base.transaction(name, mode).objectStore(name));
  } finally {
    base.close();
  }
}
const isHere = async () => (await indexedDB.databases()).some((base) => base.name === NAME);
const read = async (set) => (await isHere()) ? store("sets", "readonly", (sets) => asked(sets.get(set))) : undefined;
const write = (set, kept) => store("sets", "readwrite", (sets) => asked(sets.put(kept, set)));
const names = async () => (await isHere()) ? store("sets", "readonly", (sets) => asked(sets.getAllKeys())) : [];

async function forget() {
  const gone = asked(indexedDB.deleteDatabase(NAME));
  await caches.delete(NAME);
  for (const each of await navigator.serviceWorker.getRegistrations()) {
    const worker = each.active || each.waiting || each.installing;
    if (worker?.scriptURL.includes("/kept/worker.js")) await each.unregister();
  }
  await gone;
}

// One thing goes; with the last of them everything.
async function drop(set) {
  if ((await names()).some((name) => name !== set)) {
    await store("sets", "readwrite", (sets) => asked(sets.delete(set)));
    await store("presses", "readwrite", (presses) => asked(presses.clear())); // only the run has any
  } else {
    await forget();
  }
}

async function byPin(pin, salt) {
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
async function seal(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}
const unseal = (key, { iv, bytes }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes);

async function sealed(pin, { words, ...given }) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const device = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const inner = await seal(await byPin(pin, salt), new TextEncoder().encode(words));
  return { ...given, device, salt, inner: inner.iv, outer: await seal(device, inner.bytes), wrong: 0 };
}
async function opened(kept, pin) {
  const inner = { iv: kept.inner, bytes: await unseal(kept.device, kept.outer) };
  return words(await unseal(await byPin(pin, kept.salt), inner));
}

// The worker has its page before anybody is told that it works without network.
async function settled({ keptWorker, keptScope }) {
  const { installing, waiting } = await navigator.serviceWorker.register(keptWorker, { scope: keptScope });
  const fresh = installing || waiting;
  if (fresh) {
    await new Promise((done, fail) => fresh.addEventListener("statechange", () => {
      if (fresh.state === "activated") done();
      else if (fresh.state === "redundant") fail(new Error("The worker could not keep its page."));
    }));
  }
}

const ask = (kept, more) => fetch(kept.still, {
  method: "POST", credentials: "omit", body: new URLSearchParams({ token: kept.token, edition: kept.edition || "", ...more }),
});

// What was pressed: each with its own lock, so that it can be sent without the PIN, by the link of what is kept.
const words = (bytes) => new TextDecoder().decode(bytes);
async function note(kept, press) {
  const locked = await seal(kept.device, new TextEncoder().encode(JSON.stringify(press)));
  await store("presses", "readwrite", (presses) => asked(presses.put({ locked, sent: false }, press.id)));
}
async function noted(kept) {
  const [ids, rows] = await store("presses", "readonly", (presses) => Promise.all([asked(presses.getAllKeys()), asked(presses.getAll())]));
  return Promise.all(rows.map(async ({ locked, sent }, at) => ({ id: ids[at], sent, press: JSON.parse(words(await unseal(kept.device, locked))) })));
}
async function markSent(ids) {
  for (const id of ids) {
    await store("presses", "readwrite", async (presses) => {
      const row = await asked(presses.get(id));
      if (row) await asked(presses.put({ ...row, sent: true }, id));
    });
  }
}

// How many presses still wait after trying.
async function flush(kept) {
  if (!kept?.send) return 0;
  const waiting = (await noted(kept)).filter(({ sent }) => !sent);
  if (!waiting.length) return 0;
  try {
    const presses = waiting.slice(0, MOST).map(({ press }) => press);
    const body = JSON.stringify({ token: kept.token, presses });
    const answer = await fetch(kept.send, { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body });
    if (!answer.ok) return waiting.length;
    const said = await answer.json();
    await markSent(said.kept);
    return waiting.length - said.kept.length;
  } catch {
    return waiting.length;
  }
}

// Its days may be over, or the service may no longer allow it. Without an answer it stays.
async function may(set, kept) {
  await flush(kept);
  if (kept.until < Date.now()) {
    await drop(set);
    return null;
  }
  let said;
  try {
    const answer = await ask(kept);
    said = answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
  if (said.still === false) await drop(set);
  return said.still === false ? null : said;
}

function say(name, number) {
  const told = place.querySelector("[data-kept-said]");
  told.textContent = (place.dataset[`said${name[0].toUpperCase()}${name.slice(1)}`] || "").replace("{}", number);
  if (name !== "working" && told.textContent) told.focus();
}

function show(kept) {
  for (const part of place.querySelectorAll("[data-kept-when]")) part.hidden = part.dataset.keptWhen !== (kept ? "kept" : "none");
  for (const until of place.querySelectorAll("[data-kept-until]")) until.textContent = kept?.untilDay || "";
}

let resting;
function close(why) {
  clearTimeout(resting);
  const shown = place.querySelector("[data-kept-words]");
  if (!shown?.firstChild) return;
  shown.replaceChildren();
  shown.hidden = true;
  place.querySelector("[data-kept-do=open]").hidden = false;
  say(why);
}

function stayOpen(rest) {
  const again = () => {
    clearTimeout(resting);
    resting = setTimeout(close, rest, "closed");
  };
  for (const touch of ["pointerdown", "keydown", "scroll"]) addEventListener(touch, again, { passive: true });
  addEventListener("pagehide", () => close("closed"));
  again();
}

const DOES = {
  async keep(form, [pin, again]) {
    if (!/^\d{6}$/.test(pin)) return say("six");
    if (pin !== again) return say("differ");
    say("working");
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(form.dataset.keptUrl, { method: "POST", redirect: "error", headers: { "X-CSRFToken": token } });
      if (!answer.ok) throw new Error(`The service answered ${answer.status}.`);
      const former = await read(place.dataset.kept);
      const waits = await flush(former);
      if (waits) return say("waits", waits);
      const kept = { ...await sealed(pin, await answer.json()), still: place.dataset.keptStill };
      await write(place.dataset.kept, kept);
      if (former && former.about !== kept.about) await store("presses", "readwrite", (presses) => asked(presses.clear()));
      await settled(place.dataset);
      if (former) ask(former, { ended: "1" }).catch(() => {});
      show(kept);
      say("kept");
    } catch {
      await drop(place.dataset.kept);
      show();
      say("broken");
    }
  },

  async open(form, [pin]) {
    const set = place.dataset.kept, kept = await read(set);
    if (!kept) return show();
    say("working");
    try {
      const shown = place.querySelector("[data-kept-words]");
      const open = await opened(kept, pin);
      const presses = kept.send ? await noted(kept) : [];
      await write(set, { ...kept, wrong: 0 });
      shown.innerHTML = open;
      shown.hidden = false;
      form.hidden = true;
      say("opened");
      if (kept.send) {
        const detail = { token: kept.token, marks: presses.map(({ press }) => press), waiting: presses.filter(({ sent }) => !sent).map(({ press }) => press) };
        shown.dispatchEvent(new CustomEvent("kept-opened", { bubbles: true, detail }));
      }
      const first = shown.querySelector("h2");
      first.tabIndex = -1;
      first.focus();
      stayOpen(kept.rest);
    } catch (failure) {
      if (failure.name !== "OperationError") throw failure;
      const wrong = kept.wrong + 1;
      if (wrong < kept.tries) {
        await write(set, { ...kept, wrong });
        return say("wrong", kept.tries - wrong);
      }
      await flush(kept);
      await drop(set);
      show();
      say("gone");
    }
  },

  async remove(form) {
    const kept = await read(place.dataset.kept);
    const waits = kept ? await flush(kept) : 0;
    if (waits && !form.dataset.warned) {
      form.dataset.warned = "yes";
      return say("waits", waits);
    }
    await drop(place.dataset.kept);
    if (kept) ask(kept, { ended: "1" }).catch(() => {});
    close("removed");
    show();
    say("removed");
  },
};

// Who signs out leaves nothing behind; what was pressed goes out first, if it can.
const soon = (doing) => Promise.race([doing, new Promise((done) => setTimeout(done, 2000))]).catch(() => {});
async function signOut(event) {
  event.preventDefault();
  for (const set of await names()) await soon(flush(await read(set)));
  await soon(forget());
  event.target.submit();
}

// A page of the live meeting: what is pressed there is noted as well, should the page be lost.
async function follow() {
  const page = document.querySelector("[data-run]");
  const kept = page && await read("run");
  if (!kept || kept.about !== page.dataset.run) return;
  page.toggleAttribute("data-journal", true);
  const waited = (await noted(kept)).some(({ sent }) => !sent);
  if (waited && !(await flush(kept))) location.reload();
}
document.addEventListener("run-press", async ({ target, detail }) => {
  const kept = target.hasAttribute("data-journal") ? await read("run") : undefined;
  if (kept) await note(kept, detail);
});
document.addEventListener("run-sent", async ({ target, detail }) => {
  if (target.hasAttribute("data-journal") && await read("run")) await markSent(detail);
});

async function begin() {
  for (const form of document.querySelectorAll("form[data-kept-forgets]")) form.addEventListener("submit", signOut);
  if (place) {
    place.hidden = false;
    document.querySelector("[data-kept-without]")?.remove();
    place.addEventListener("submit", async (event) => {
      if (!event.target.dataset.keptDo) return;
      event.preventDefault();
      const pins = [...event.target.querySelectorAll("[data-kept-pin]")];
      const typed = pins.map((pin) => pin.value.trim());
      for (const pin of pins) pin.value = "";
      await DOES[event.target.dataset.keptDo](event.target, typed);
    });
  }
  await follow();
  if (place) show(await read(place.dataset.kept));
  for (const set of await names()) {
    const said = await may(set, await read(set));
    if (set !== place?.dataset.kept) continue;
    if (!said) {
      close("gone");
      show(await read(set));
      say("gone");
    } else if (said.newer) {
      say("newer");
    }
  }
}

if (can) {
  begin();
  addEventListener("online", async () => flush(await read("run")));
}
