// Passkeys: the form asks the studio for a challenge, the device answers it, the answer is sent like any other form.

const ways = {
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

async function answer(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const asked = await fetch(form.dataset.challenge, { method: "POST" });
    if (asked.redirected) return location.assign(asked.url);
    if (!asked.ok) throw new Error(`${asked.status}`);
    const credential = await ways[form.dataset.passkey](await asked.json());
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    // Closing the device's own question is an answer too.
    if (!["NotAllowedError", "AbortError"].includes(error.name)) {
      document.dispatchEvent(new CustomEvent("studio:say", { detail: { text: document.getElementById("toasts").dataset.failed } }));
    }
  } finally {
    button.disabled = false;
  }
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-passkey]")) return;
    event.preventDefault();
    answer(event.target);
  });
}
