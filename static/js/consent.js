// Visits are counted only where this page's answer to "may we?" was yes. A no, or the browser's own signal, is heard in
// every open tab at once: a tab cannot unload a script, but Google's own switch keeps it silent from then on.

const page = document.querySelector("meta[name=analytics]");
const signal = navigator.globalPrivacyControl === true;
const channel = new BroadcastChannel("consent");
let id = null;

function begin() {
  id = page.content;
  window.dataLayer = window.dataLayer ?? [];
  const gtag = function () {
    window.dataLayer.push(arguments);
  };
  const denied = { ad_storage: "denied", ad_user_data: "denied", ad_personalization: "denied" };
  gtag("consent", "default", { ...denied, analytics_storage: "granted" });
  gtag("js", new Date());
  // The kind of page and never its address: addresses hold ids, titles hold words.
  gtag("config", id, {
    page_location: location.origin + page.dataset.kind,
    page_referrer: document.referrer ? new URL(document.referrer).origin : "",
    page_title: page.dataset.kind,
    allow_google_signals: false,
    allow_ad_personalization_signals: false,
  });
  const script = document.createElement("script");
  script.src = `https://www.googletagmanager.com/gtag/js?id=${id}`;
  script.async = true;
  document.head.append(script);
}

function end() {
  if (!id) return;
  window[`ga-disable-${id}`] = true;
  for (const name of document.cookie.split("; ").map((each) => each.split("=")[0])) {
    if (name.startsWith("_ga")) document.cookie = `${name}=; max-age=0; path=/`;
  }
}

channel.addEventListener("message", ({ data }) => {
  if (data === "no") end();
});

if (page && !signal) begin();
else channel.postMessage("no");

// Said before the answer is stored, so that no tab sends anything while it is on its way.
document.addEventListener("submit", (event) => {
  if (event.submitter?.name === "analytics" && event.submitter.value === "reject") {
    channel.postMessage("no");
    end();
  }
});
