// Starts the page: first what the phone holds, then the network.
import { createApp } from "vue";
import "vant/es/style/base.css";
import "vant/es/loading/index.css";
import "vant/es/button/index.css";
import "vant/es/overlay/index.css";
import "vant/es/popup/index.css";
import "vant/es/toast/index.css";
import "vant/es/dialog/index.css";
import "./style.css";
import App from "./App.vue";
import { resume } from "./session";
import { watchNetwork } from "./sender";
import { state } from "./state";

function route(): void {
  state.route = location.hash.replace(/^#\/?/, "");
  window.scrollTo(0, 0);
}

window.addEventListener("hashchange", route);
route();
createApp(App).mount("#app");
await resume();
watchNetwork();
if ("serviceWorker" in navigator && navigator.onLine) {
  try {
    await navigator.serviceWorker.register("/pocket/sw.js", { scope: "/pocket/" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no signal after all; the worker of last time goes on
  }
}
