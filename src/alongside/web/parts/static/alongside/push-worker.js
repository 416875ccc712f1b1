// Shows a push message, and leads to the board when it is pressed. It keeps nothing and reads no page.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    // Something came that cannot be read: whoever is on call looks anyway.
  }
  event.waitUntil(self.registration.showNotification(said.title || "…", {
    body: said.body || "", tag: said.id || "", renotify: Boolean(said.id),
    requireInteraction: Boolean(said.urgent), data: { urgent: Boolean(said.urgent) },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (!event.notification.data?.urgent) {
      return windows[0] ? windows[0].focus() : self.clients.openWindow("/account/reach/");
    }
    const board = windows.find((each) => new URL(each.url).pathname.startsWith("/work/crisis/"));
    return board ? board.focus() : self.clients.openWindow("/work/crisis/");
  })());
});
