// Sends without leaving the page, shows what arrives as it arrives, and counts what is typed; the
// page works without it.
const LOOKS_MS = 1500;
const PLAIN = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const DOUBLE = /[\^{}\\[~\]|€]/g;

const talk = document.querySelector(".talk");
const bubbles = document.querySelector(".bubbles");
const again = document.querySelector(".again");
const text = document.querySelector("#f-text");
const counted = document.querySelector(".counted");
let isSending = false;

function make(tag, name, ...children) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...children);
  return made;
}

// what is there stays, so that only what is new is read aloud
function show(page) {
  const there = [...page.querySelector(".bubbles").children];
  const here = [...bubbles.children];
  const first = there.findIndex((each, n) => each.innerHTML !== here[n]?.innerHTML);
  const from = first < 0 ? there.length : first;
  if (from === here.length && from === there.length) return;
  here.slice(from).forEach(each => each.remove());
  bubbles.append(...there.slice(from));
  talk.scrollTop = 0;
}

async function read(answer) {
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function look() {
  if (document.hidden || isSending) return;
  const page = await read(await fetch(location.pathname));
  if (!isSending) show(page);
}

function goOn() {
  // a registry that is away for a moment is looked for again
  look().catch(() => {}).finally(() => setTimeout(goOn, LOOKS_MS));
}

async function send(event) {
  const form = event.target;
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  event.preventDefault();
  if (isSending || !fields.get("text").trim()) return;
  isSending = true;
  bubbles.querySelector(".none")?.remove();
  const waits = make("li", "theirs waits", make("p", "comes", make("i", ""), make("i", ""), make("i", "")));
  waits.ariaHidden = "true";
  bubbles.append(make("li", "own", make("p", "said", fields.get("text"))), waits);
  talk.scrollTop = 0;
  try {
    const page = await read(await fetch(form.action, { method: "POST", body: fields }));
    show(page);
    if (form.contains(text)) text.value = "";
    count();
  } catch {
    text.value = fields.get("text");
    text.form.submit();  // the page that comes says what is wrong
  } finally {
    isSending = false;
  }
}

function count() {
  const isPlain = PLAIN.test(text.value);
  const units = text.value.length + (isPlain ? (text.value.match(DOUBLE) || []).length : 0);
  const [one, each] = isPlain ? [160, 153] : [70, 67];
  const segments = units <= one ? 1 : Math.ceil(units / each);
  const room = segments === 1 ? one : segments * each;
  counted.hidden = units === 0;
  counted.textContent = counted.dataset.words
    .replace("{segments}", segments)
    .replace("{left}", room - units);
}

again.hidden = true;
text.addEventListener("input", count);
for (const form of document.querySelectorAll(".write, .tries")) form.addEventListener("submit", send);
setTimeout(goOn, LOOKS_MS);
