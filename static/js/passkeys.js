// Passkeys, where the browser has them: shows their forms, asks the browser, sends what it gives.
// Every page has another way as well.

// A passkey belongs to a name: an address of numbers has none.
const can =
  window.PublicKeyCredential?.parseRequestOptionsFromJSON && !/^[\d.]+$|:/.test(location.hostname);

async function options(form) {
  const given = document.getElementById("passkey-options");
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return answer.json();
}

async function asked(form) {
  const { creation_options: make, request_options: take } = await options(form);
  if (!make) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(take.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  // One that signs in by itself, after the device has asked who holds it.
  make.publicKey.authenticatorSelection = {
    ...make.publicKey.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(make.publicKey);
  return navigator.credentials.create({ publicKey });
}

for (const form of can ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const credential = await asked(form);
      form.querySelector("[data-credential]").value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
