(about, show) => {
  // Finds the form's place, asks for keys as a page of an approved domain may, and shows the form.
  let place = document.getElementById(about.widget);
  if (!place) {
    place = document.createElement("div");
    place.id = about.widget;
    document.currentScript.after(place);
  }
  const language = (place.lang || document.documentElement.lang || "tr").slice(0, 2);
  const failed = () => {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = language === "en"
      ? "The consent form could not be loaded."
      : "Onay formu yüklenemedi.";
    place.replaceChildren(words);
  };
  const get = async path => {
    const answer = await fetch(`${about.api}/widget/${path}`, { credentials: "omit" });
    if (!answer.ok) throw new Error(`widget: ${answer.status}`);
    return answer.json();
  };
  const load = async () => {
    const [nonce, domain] = (await get(`publicKey/${about.widget}`)).message[0].split("|");
    if (location.hostname !== domain) throw new Error("widget: another domain");
    return get(`load-widget/${about.widget}?apinoncekey=${nonce}`);
  };
  const style = new CSSStyleSheet();
  style.replaceSync(about.css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  load().then(data => show(data.config)).catch(failed);
}
