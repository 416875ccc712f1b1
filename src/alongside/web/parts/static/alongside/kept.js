// What somebody keeps in their own browser, to read without network (rule M5): <section data-kept="plan">.
// Encrypted twice: by a key that cannot leave this browser, and by a PIN that is kept nowhere. It goes when its
// days are over, after too many wrong PINs, on signing out, on leaving, and when the service says so.
// Nothing is written before somebody asks for it, and looking leaves no trace. Without script it is not offered.
const NAME = "alongside-kept", ROUNDS = 600000;
const place = document.querySelector("[data-kept]");
const can = Boolean(globalThis.indexedDB?.databases && globalThis.crypto?.subtle && navigator.serviceWorker);

const asked = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function store(mode, act) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("sets");
  const base = await asked(opening);
  try {
    return await act(base.transaction("sets", mode).objectStore("sets"));
  } finally {
    base.close();
  }
}
const isHere = async () => (await indexedDB.databases()).some((base) => base.name === NAME);
const read = async (set) => (await isHere()) ? store("readonly", (sets) => asked(sets.get(set))) : undefined;
const write = (set, kept) => store("readwrite", (sets) => asked(sets.put(kept, set)));

async function forget() {
  const gone = asked(indexedDB.deleteDatabase(NAME));
  await caches.delete(NAME);
  for (const each of await navigator.serviceWorker.getRegistrations()) {
    const worker = each.active || each.waiting || each.installing;
    if (worker?.scriptURL.includes("/kept/worker.js")) await each.unregister();
  }
  await gone;
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
  return new TextDecoder().decode(await unseal(await byPin(pin, kept.salt), inner));
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
  method: "POST", credentials: "omit", body: new URLSearchParams({ token: kept.token, ...more }),
});

// Its days may be over, or the service may no longer allow it. Without an answer it stays.
async function may(kept) {
  if (kept.until < Date.now()) {
    await forget();
    return null;
  }
  let said;
  try {
    const answer = await ask(kept);
    said = answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
  if (said.still === false) await forget();
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
  const words = place.querySelector("[data-kept-words]");
  if (!words?.firstChild) return;
  words.replaceChildren();
  words.hidden = true;
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
      const kept = { ...await sealed(pin, await answer.json()), still: place.dataset.keptStill };
      await write(place.dataset.kept, kept);
      await settled(place.dataset);
      if (former) ask(former, { ended: "1" }).catch(() => {});
      show(kept);
      say("kept");
    } catch {
      await forget();
      show();
      say("broken");
    }
  },

  async open(form, [pin]) {
    const set = place.dataset.kept, kept = await read(set);
    if (!kept) return show();
    say("working");
    try {
      const words = place.querySelector("[data-kept-words]");
      words.innerHTML = await opened(kept, pin);
      await write(set, { ...kept, wrong: 0 });
      words.hidden = false;
      form.hidden = true;
      say("opened");
      const first = words.querySelector("h2");
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
      await forget();
      show();
      say("gone");
    }
  },

  async remove() {
    const kept = await read(place.dataset.kept);
    await forget();
    if (kept) ask(kept, { ended: "1" }).catch(() => {});
    close("removed");
    show();
    say("removed");
  },
};

async function begin() {
  for (const form of document.querySelectorAll("form[data-kept-forgets]")) form.addEventListener("submit", forget);
  if (place) {
    place.hidden = false;
    document.querySelector("[data-kept-without]")?.remove();
    place.addEventListener("submit", async (event) => {
      event.preventDefault();
      const pins = [...event.target.querySelectorAll("[data-kept-pin]")];
      const typed = pins.map((pin) => pin.value.trim());
      for (const pin of pins) pin.value = "";
      await DOES[event.target.dataset.keptDo](event.target, typed);
    });
  }
  const kept = await read(place?.dataset.kept || "plan");
  if (place) show(kept);
  if (!kept) return;
  const said = await may(kept);
  if (!place) return;
  if (!said) {
    close("gone");
    show();
    say("gone");
  } else if (said.newer) {
    say("newer");
  }
}

if (can) begin();
