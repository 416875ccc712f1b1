// Leave this page (rule M5): hide everything at once, then replace the page by /leave/.
// Without this file the same links and /leave/ do the work.
const AWAY = /^\/([a-z]{2}\/)?leave\//; // in the language of the page
const leads = (link) => AWAY.test(link?.getAttribute("href") ?? "");
const link = document.querySelector("a.leave");
const LEAVE = leads(link) ? link.getAttribute("href") : "/leave/";
let leaving = false;

function blank() {
  document.body.replaceChildren();
  document.title = "\u00a0";
}

// What was kept in this browser goes as well, also without network (kept.js). /leave/ clears the rest.
async function forget() {
  indexedDB.deleteDatabase("alongside-kept");
  await caches.delete("alongside-kept");
  for (const each of await navigator.serviceWorker.getRegistrations()) {
    if (each.active?.scriptURL.includes("/kept/worker.js")) await each.unregister();
  }
}

async function leave() {
  if (!leaving) {
    leaving = true;
    blank();
    if (navigator.serviceWorker?.controller) {
      await Promise.race([forget().catch(() => {}), new Promise((done) => setTimeout(done, 300))]);
    }
  }
  location.replace(LEAVE);
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && leads(event.target.closest("a"))) {
    event.preventDefault();
    leave();
  }
});

// Shift three times within a second and a half, with no other key between.
let presses = [];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") {
    presses = [];
  } else if (!event.repeat) {
    const now = Date.now();
    presses = [...presses.filter((time) => now - time < 1500), now];
    if (presses.length === 3) leave();
  }
});

// A page that comes back from the browser's memory leaves again. If nobody had left it, the
// server says afresh what may be seen at this address.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (leaving) {
    leave();
  } else {
    blank();
    location.reload();
  }
});
