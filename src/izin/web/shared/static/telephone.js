// Shows what arrives as it arrives, and counts what is typed; the page works without it.
const LOOKS_MS = 1500;
const PLAIN = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const DOUBLE = /[\^{}\\[~\]|€]/g;

const bubbles = document.querySelector(".bubbles");
const again = document.querySelector(".again");
const text = document.querySelector("#f-text");
const counted = document.querySelector(".counted");

async function look() {
  if (!document.hidden) {
    const answer = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.querySelector(".bubbles");
    if (answer.ok && there.innerHTML !== bubbles.innerHTML) {
      bubbles.replaceChildren(...there.children);
      bubbles.lastElementChild.scrollIntoView({ block: "nearest" });
    }
  }
}

function goOn() {
  // a registry that is away for a moment is looked for again
  look().catch(() => {}).finally(() => setTimeout(goOn, LOOKS_MS));
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
setTimeout(goOn, LOOKS_MS);
