// Encrypting notes in the browser. From the passcode two keys are derived: one encrypts and never leaves the browser,
// the other is shown to the server as the proof that one knows the passcode.
const ROUNDS = 600_000; // of PBKDF2 with SHA-256, as OWASP advises for passwords (Password Storage Cheat Sheet)
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that are taken for one another

export const toText = (bytes) => {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
};
export const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export const canSeal = () => Boolean(globalThis.crypto?.subtle);

export const newPasscode = () => {
  // 16 letters of 31: 79 bits. Bytes beyond the largest multiple of 31 are thrown away, so that all are as likely.
  const letters = [];
  while (letters.length < 16) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 248) letters.push(LETTERS[byte % 31]);
  }
  return letters.join("").replace(/(.{4})(?!$)/g, "$1-");
};

const keys = async (passcode, salt) => {
  const said = new TextEncoder().encode(passcode.trim().normalize("NFKC"));
  const start = await crypto.subtle.importKey("raw", said, "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, start, 512);
  const key = await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, proof: toText(bits.slice(32)) };
};

export const seal = async (value, passcode) => {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const { key, proof } = await keys(passcode, salt);
  const open = new TextEncoder().encode(JSON.stringify(value));
  const closed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, open));
  const sealed = new Uint8Array(nonce.length + closed.length);
  sealed.set(nonce);
  sealed.set(closed, nonce.length);
  return { sealed: toText(sealed), salt: toText(salt), proof };
};

export const unlocking = async (passcode, salt) => {
  const { key, proof } = await keys(passcode, toBytes(salt));
  const open = async (sealed) => {
    const bytes = toBytes(sealed);
    const shut = { name: "AES-GCM", iv: bytes.slice(0, 12) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(shut, key, bytes.slice(12))));
  };
  return { proof, open };
};
