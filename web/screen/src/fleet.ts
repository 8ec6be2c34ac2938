// 设备运行: the server's figures, put in anew when a device falls silent or comes back.
import { follow, gathered } from "./live";

const REFRESH_MS = 120_000;

async function refresh(): Promise<void> {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("fleet");
    if (fresh) document.getElementById("fleet")!.replaceWith(document.importNode(fresh, true));
  } catch {
    // the banner of the stream says that the connection is down
  }
}

const soon = gathered(() => void refresh(), 1500);
follow({ happened: (event) => event.topic === "devices" && soon(), reload: soon });
window.setInterval(() => void refresh(), REFRESH_MS);
