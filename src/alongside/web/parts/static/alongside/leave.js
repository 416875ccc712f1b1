// Leave this page (rule M5): hide everything at once, then replace the page by /leave/.
// Without this file the same links and /leave/ do the work.
const link = document.querySelector('a.leave[href^="/leave/"]');
const LEAVE = link?.getAttribute("href") ?? "/leave/";
let leaving = false;

function blank() {
  document.body.replaceChildren();
  document.title = "\u00a0";
}

function leave() {
  if (!leaving) {
    leaving = true;
    blank();
  }
  location.replace(LEAVE);
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="/leave/"]');
  if (link) {
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
