// Has a browser that can keep these pages as an application do so; every page works without it.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
