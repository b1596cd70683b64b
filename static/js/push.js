// Notices on this device: the browser asks its person, and its address is handed over like any other form.

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

async function subscribe(form) {
  const registration = await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  const key = bytes(form.dataset.push);
  const given = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = given.toJSON();
  Object.assign(form.elements.endpoint, { value: endpoint });
  Object.assign(form.elements.public_key, { value: keys.p256dh });
  Object.assign(form.elements.secret, { value: keys.auth });
  form.submit();
}

const form = document.querySelector("[data-push]");

if (form && "PushManager" in window && navigator.serviceWorker) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await subscribe(form);
    } catch (error) {
      // Whoever said no to the browser's question is told how to say yes.
      const text = error.name === "NotAllowedError" ? form.dataset.refused : document.getElementById("toasts").dataset.failed;
      document.dispatchEvent(new CustomEvent("studio:say", { detail: { text } }));
    }
  });
}
