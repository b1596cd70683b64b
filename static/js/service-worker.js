// Awake when something is told, whether or not a page of the studio is open. It keeps nothing and fetches nothing.

self.addEventListener("push", (event) => {
  const { title, text, path, tag, lang, dir } = event.data.json();
  const shown = { body: text, tag, lang, dir, icon: "/static/icon-180.png", data: { path } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.path));
});
