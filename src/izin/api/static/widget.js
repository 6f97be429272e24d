config => {
  // Asks for a consent on a company's page: what is asked, then the code, then what became of it.
  const place = document.getElementById(config.widget);
  const language = (place.lang || document.documentElement.lang || "tr").slice(0, 2) === "en" ? "en" : "tr";
  let { keys, work } = config;

  const t = (name, facts = {}) =>
    config.words[name][language].replace(/\{(\w+)\}/g, (_, key) => facts[key] ?? "");
  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  };
  const paragraphs = words =>
    words[language].split("\n").filter(line => line.trim()).map(line => make("p", {}, line));
  const id = name => `${config.widget}-${name}`;

  const call = async (path, body) => {
    const sent = body && { method: "POST", body: JSON.stringify(body) };
    // text/plain, so that no question goes before each call
    const headers = { "accept-language": language, ...(body && { "content-type": "text/plain" }) };
    const answer = await fetch(`${config.api}/widget/${path}`, { credentials: "omit", ...sent, headers });
    return { ok: answer.ok, ...(await answer.json()) };
  };
  const renew = async () => {
    const key = await call(`publicKey/${config.widget}`);
    if (!key.ok) return;
    const nonce = key.message[0].split("|")[0];
    const loaded = await call(`load-widget/${config.widget}?apinoncekey=${nonce}`);
    if (loaded.ok) ({ keys, work } = loaded.config);
  };
  const solve = async () => {
    const bytes = new TextEncoder(), many = 512;
    const hash = n => crypto.subtle.digest("SHA-256", bytes.encode(`${keys.nonceKey}:${n}`));
    for (let from = 0; ; from += many) {
      const found = await Promise.all(Array.from({ length: many }, (_, n) => hash(from + n)));
      const at = found.findIndex(each => new DataView(each).getUint32(0) >>> (32 - work.bits) === 0);
      if (at >= 0) return { cid: work.cid, captchaText: String(from + at) };
    }
  };
  const codes = answer => answer.errors.map(each => each.code);
  const begin = async asked => {
    const path = `process/start/${config.widget}`;
    let answer = await call(path, { ...asked, ...keys });
    if (!answer.ok && codes(answer).includes("IZ152")) {  // the page was open too long
      await renew();
      answer = await call(path, { ...asked, ...keys });
    }
    if (!answer.ok && codes(answer).includes("IZ153")) {
      say(t("working"));
      answer = await call(path, { ...asked, ...keys, ...(await solve()) });
    }
    return answer;
  };

  // what is said aloud by a screen reader: progress politely, faults at once
  const progress = make("p", { role: "status", class: "izin-progress" });
  const faults = make("div", { role: "alert", class: "izin-faults" });
  const say = text => { progress.textContent = text; };
  const fault = texts => faults.replaceChildren(...texts.map(text => make("p", {}, text)));
  const wrong = (input, name, facts = {}) => {
    const hint = document.getElementById(`${input.id}-fault`);
    hint.textContent = name ? t(name, facts) : "";
    if (name) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return !name;
  };
  const field = (name, label, hint, attributes) => {
    const input = make("input", {
      id: id(name), "aria-describedby": `${hint ? `${id(name)}-hint ` : ""}${id(name)}-fault`, ...attributes,
    });
    return make("div", { class: "izin-field" },
      make("label", { for: id(name) }, t(label)),
      ...(hint ? [make("p", { id: `${id(name)}-hint`, class: "izin-hint" }, t(hint))] : []),
      make("p", { id: `${id(name)}-fault`, class: "izin-fault" }), input);
  };
  const tick = (kind, name, value, label, checked = false, extra = {}) =>
    make("div", { class: "izin-tick" },
      make("input", { type: kind, id: id(`${name}-${value}`), name: id(name), value, checked, ...extra }),
      make("label", { for: id(`${name}-${value}`) }, label));
  const group = (name, label, ...inside) =>
    make("fieldset", { id: id(name), tabindex: "-1", "aria-describedby": `${id(name)}-fault` },
      make("legend", {}, t(label)),
      make("p", { id: `${id(name)}-fault`, class: "izin-fault" }), ...inside);
  const title = make("h2", { id: id("title"), tabindex: "-1" });
  const show = (heading, ...inside) => {
    title.textContent = heading;
    fault([]);
    say("");
    place.replaceChildren(make("section", { class: "izin-widget", lang: language, "aria-labelledby": id("title") },
      title, ...inside, faults, progress));
  };
  const busy = async (form, act) => {
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    fault([]);
    say(t("sending"));
    try {
      await act();
    } catch {
      say("");
      fault([t("trouble")]);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };

  const ways = Object.keys(config.ways);
  const isSms = way => way.startsWith("SMS");

  const ask = () => {
    let way = ways[0];
    const rest = make("div");
    const fill = () => {
      const channels = config.ways[way];
      const kinds = Object.entries(config.kvk);
      rest.replaceChildren(
        ...(channels.length ? [group("etk", "channels", ...paragraphs(config.consent),
          ...channels.map(each => tick("checkbox", "etk", each, t(each))))] : []),
        ...(kinds.length ? [group("kvk", "data", ...kinds.flatMap(([kind, words]) =>
          [...paragraphs(words), tick("checkbox", "kvk", kind, t(kind))])),
          field("name", "name", "name_hint", { autocomplete: "name", maxlength: "200" })] : []),
        isSms(way)
          ? field("address", "phone", "phone_hint", { type: "tel", autocomplete: "tel", maxlength: "20" })
          : field("address", "mail", "mail_hint", { type: "email", autocomplete: "email", maxlength: "265" }));
    };
    fill();
    const form = make("form", { novalidate: true, onsubmit: event => { event.preventDefault(); check(); } },
      make("p", {}, t("free")),
      make("details", {}, make("summary", {}, t("notice")), ...paragraphs(config.notice)),
      ...(ways.length > 1 ? [group("way", "way", ...ways.map((each, n) =>
        tick("radio", "way", each, t(isSms(each) ? "by_phone" : "by_mail"), n === 0,
          { onchange: () => { way = each; fill(); } })))] : []),
      rest,
      make("button", { type: "submit" }, t(config.isLink ? "send_link" : "send")));
    const ticked = name => [...form.querySelectorAll(`input[name="${id(name)}"]:checked`)].map(each => each.value);
    const addressFault = (input, recipient) => {
      if (isSms(way)) return [recipient ? "" : "need_phone"];
      const plain = recipient.includes("@") ? meant(recipient) : "";
      if (!plain || plain === recipient) return [plain ? "" : "need_mail"];
      input.value = plain;  // she has to look at it and send it, no more
      return ["meant", { meant: plain }];
    };
    const check = () => {
      const etkTypes = ticked("etk"), kvkTypes = ticked("kvk");
      const address = form.querySelector(`[id="${id("address")}"]`);
      const name = form.querySelector(`[id="${id("name")}"]`);
      const recipient = isSms(way) ? number(address.value) : address.value.trim();
      const boxes = form.querySelector(`[id="${id("etk")}"]`) ?? form.querySelector(`[id="${id("kvk")}"]`);
      const first = [
        [boxes, etkTypes.length + kvkTypes.length ? "" : "pick"],
        [name, name && kvkTypes.length && !name.value.trim() ? "need_name" : ""],
        [address, ...addressFault(address, recipient)],
      ].filter(([input, fault_, facts]) => input && !wrong(input, fault_, facts))[0];
      if (first) return first[0].focus();
      const asked = {
        etkTypes, kvkTypes, recipient, verificationType: way, widgetUUID: config.widget,
        recipientType: place.dataset.recipientType === "TACIR" ? "TACIR" : "BIREYSEL",
        citizenName: kvkTypes.length ? name.value.trim() : "",
      };
      return busy(form, async () => {
        const answer = await begin(asked);
        if (answer.ok) return confirm(asked, address.value.trim(), answer.message.requestId);
        say("");
        if (codes(answer).some(each => ["H1026", "H1027"].includes(each))) {
          wrong(address, isSms(way) ? "need_phone" : "need_mail");
          return address.focus();
        }
        return fault(answer.errors.map(each => each.message));
      });
    };
    show(t("who", { company: config.company }),
      ...(config.brands.length ? [make("p", { class: "izin-brands" }, t("brands", { brands: config.brands.join(", ") }))] : []),
      form);
  };
  // what a Turkish keyboard meant: İ or ş in a domain would be another's; "" where it is no address
  const meant = text => {
    if (/^[!-~]+$/.test(text)) return text;
    const plain = text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "").replace(/ı/g, "i");
    return /^[!-~]+@[!-~]+\.[!-~]+$/.test(plain) ? plain : "";
  };
  const number = text => {
    const digits = text.replace(/[\s()./-]/g, "").replace(/^(?:\+?90|0)/, "");
    return /^5\d{9}$/.test(digits) ? `+90${digits}` : "";
  };

  const confirm = (asked, address, requestId) => {
    const isOf = { etk: asked.etkTypes.length > 0, kvk: asked.kvkTypes.length > 0 };
    const wanted = config.isLink ? [] : ["etk", "kvk"].filter(each => isOf[each]);
    const attributes = { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "12" };
    const restart = () => busy(form, async () => { await renew(); ask(); title.focus(); });
    const form = make("form", { novalidate: true, onsubmit: event => { event.preventDefault(); check(); } },
      make("p", {}, t(config.isLink ? "sent_link" : "sent", { address })),
      ...wanted.map(each => field(`code-${each}`, each === "etk" ? "code" : "code_kvk", "", attributes)),
      make("button", { type: "submit" }, t(config.isLink ? "answered" : "confirm")), " ",
      make("button", { type: "button", class: "izin-second", onclick: restart }, t("again")));
    const check = () => {
      const inputs = wanted.map(each => form.querySelector(`[id="${id(`code-${each}`)}"]`));
      const given = inputs.map(each => each.value.replace(/\s/g, ""));
      const first = inputs.filter((each, n) => !wrong(each, /^\d{8}$/.test(given[n]) ? "" : "need_code"))[0];
      if (first) return first.focus();
      const names = wanted.length > 1 ? ["otpCode", "kvkOtpCode"] : ["otpCode"];
      const shown = Object.fromEntries(given.map((code, n) => [names[n], code]));
      const consentType = ["etk", "kvk"].filter(each => isOf[each]).join("_").toUpperCase();
      return busy(form, async () => {
        const body = { requestId, verificationType: asked.verificationType, consentType, ...shown, ...keys };
        const answer = await call(`process/complete/${config.widget}`, body);
        say("");
        if (answer.ok && answer.status === "SUCCESS") return done();
        fault(answer.ok ? [answer.message] : answer.errors.map(each => each.message));
        if (inputs[0]) inputs[0].focus();
        return undefined;
      });
    };
    show(t("who", { company: config.company }), form);
    (form.querySelector("input") ?? title).focus();
  };
  const done = () => {
    show(t("done"), make("p", {}, t("done_why")));
    title.focus();
  };
  ask();
}
