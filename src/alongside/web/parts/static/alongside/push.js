// Asks this browser to take push messages: <form data-push data-push-key="…" data-push-worker="…">.
// Without script, or where a browser cannot do it, the form stays hidden and its words say why.
const form = document.querySelector("form[data-push]");

function bytes(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function fail(name) {
  const words = document.getElementById("push-failed");
  words.textContent = words.dataset[name];
  words.hidden = false;
  words.focus();
}

async function subscribe() {
  if (await Notification.requestPermission() !== "granted") return fail("denied");
  try {
    const worker = await navigator.serviceWorker.register(form.dataset.pushWorker);
    const ready = worker.active ? worker : await new Promise((done) => {
      const fresh = worker.installing || worker.waiting;
      fresh.addEventListener("statechange", () => fresh.state === "activated" && done(worker));
    });
    const given = await ready.pushManager.getSubscription() || await ready.pushManager.subscribe({
      userVisibleOnly: true, applicationServerKey: bytes(form.dataset.pushKey),
    });
    form.elements.subscription.value = JSON.stringify(given);
    form.submit();
  } catch {
    fail("broken");
  }
}

if (form) {
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  form.hidden = !can;
  document.getElementById("push-cannot").hidden = can;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe();
  });
}
