// The page as the server drew it, kept fresh: after a frame the same page is asked for again and its panels exchanged.
import { listen } from "./feed.js";

const $ = (id) => document.getElementById(id);
const live = () => document.querySelectorAll("[data-live]");
document.documentElement.classList.add("live");

// --- time: what counts, counts by the server's clock ------------------------------------------------------------
let serverNow = Date.parse($("bar").dataset.now);
let takenAt = performance.now();
const now = () => serverNow + (performance.now() - takenAt);

function words(seconds) {
  const whole = Math.abs(Math.round(seconds));
  if (whole < 90) return `${whole}秒`;
  const minutes = Math.floor(whole / 60);
  return minutes < 90 ? `${minutes}分` : `${Math.floor(minutes / 60)}小时${String(minutes % 60).padStart(2, "0")}分`;
}

function count(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return (h ? `${h}:${String(m).padStart(2, "0")}` : String(m)) + `:${String(s).padStart(2, "0")}`;
}

function put(node, text) { if (node.textContent !== text) node.textContent = text; }

function tick() {
  const at = now();
  const clock = $("clock");
  if (clock) {
    const zone = /([+-])(\d\d):(\d\d)$/.exec($("bar").dataset.now);
    const shift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 0;
    put(clock, new Date(at + shift).toISOString().slice(11, 19));
  }
  for (const node of document.querySelectorAll("[data-since]")) {
    const age = (at - Date.parse(node.dataset.since)) / 1000;
    put(node, count(age));
    node.classList.toggle("long", age >= 300);
  }
  for (const node of document.querySelectorAll("[data-age]")) put(node, words((at - Date.parse(node.dataset.age)) / 1000));
  for (const node of document.querySelectorAll("[data-until]")) put(node, words((Date.parse(node.dataset.until) - at) / 1000));
}

// --- fresh panels -----------------------------------------------------------------------------------------------
let waiting = false;
let acted = false; // after an act of one's own everything is shown at once
let wanted = false;
let drawn = Number($("bar").dataset.sequence);
let told = drawn;
let freshAt = performance.now();
const held = new Map();

function exchange(old, fresh) {
  held.delete(old.id);
  const openDetails = new Set([...old.querySelectorAll("details[open]")].map((one) => one.id));
  const scrolled = [...old.querySelectorAll(".rows, .scroll, ol")].map((one) => one.scrollTop);
  const focus = old.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  const kept = new Map([...old.querySelectorAll("[data-keep]")].map((one) => [one.id, one]));
  old.replaceWith(fresh);
  for (const [id, node] of kept) fresh.querySelector(`#${id}`)?.replaceWith(node);
  for (const one of fresh.querySelectorAll("details")) one.open = openDetails.has(one.id);
  [...fresh.querySelectorAll(".rows, .scroll, ol")].forEach((one, index) => { one.scrollTop = scrolled[index] || 0; });
  if (focus) fresh.querySelector(`[data-act="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

// A pointer that rests holds nothing back: only a hand that moves does.
const HANDS_S = 4;
let moved = 0;
for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => { moved = performance.now(); }, { passive: true });
}
const handsOn = () => performance.now() - moved < HANDS_S * 1000;

function letGo() {
  if (handsOn()) return;
  for (const [id, fresh] of [...held]) exchange($(id), fresh);
}

function offer(old, fresh) {
  // Rows do not jump under the pointer; only the unanswered are always as they are now.
  const busy = !acted && handsOn() && (old.matches(":hover") || old.contains(document.activeElement));
  if (!busy || "nowAlways" in old.dataset || old.id === "bar") return exchange(old, fresh);
  held.set(old.id, fresh);
  if (!old.querySelector(".pill")) {
    const pill = document.createElement("button");
    pill.type = "button";
    pill.className = "pill";
    pill.textContent = "有更新";
    pill.addEventListener("click", () => exchange(old, held.get(old.id)));
    old.addEventListener("pointerleave", () => { if (held.has(old.id)) exchange(old, held.get(old.id)); }, { once: true });
    old.append(pill);
  }
}

async function refresh() {
  if (waiting) { wanted = true; return; }
  waiting = true;
  try {
    const answer = await fetch("/", { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    for (const old of live()) {
      const fresh = page.getElementById(old.id);
      if (fresh && fresh.outerHTML !== old.dataset.drawn) {
        const mark = fresh.outerHTML;
        const adopted = document.adoptNode(fresh);
        adopted.dataset.drawn = mark;
        offer(old, adopted);
      }
    }
    const bar = page.querySelector("#bar") || $("bar");
    serverNow = Date.parse(bar.dataset.now);
    takenAt = freshAt = performance.now();
    drawn = Number(bar.dataset.sequence);
    if (!wanted) acted = false;
    tick();
  } catch (error) {
    put($("link"), "取不到新数据,重试中");
  } finally {
    waiting = false;
    // At most one look a second, however much happens.
    if (wanted || told > drawn) { wanted = false; setTimeout(refresh, 1000); }
  }
}

let soon = null;
listen({
  onNews(kind, data) {
    if (data.sequence > told) told = data.sequence;
    if (kind === "beat" || kind === "hello") {
      if (data.now) { serverNow = Date.parse(data.now); takenAt = performance.now(); }
      if (told <= drawn) freshAt = performance.now();
    }
    if (told > drawn || kind === "resync") { clearTimeout(soon); soon = setTimeout(refresh, 250); }
    else if (performance.now() - freshAt > 15000) refresh();
  },
  onState(state) { put($("link"), state); },
  onSilence(seconds) {
    const age = Math.max(seconds, (performance.now() - freshAt) / 1000);
    const stale = $("stale");
    stale.hidden = age <= 5;
    if (!stale.hidden) put(stale, `数据已 ${Math.round(age)} 秒未更新`);
    document.body.classList.toggle("old", age > 30);
  },
});
setInterval(() => { tick(); letGo(); }, 1000);
tick();

// --- acts: always a dialog that repeats the act and its count; the age of the data is said there ------------------
const LABELS = { reason: "理由", how: "怎样答复的(对讲机、上门……)", to: "指派给谁", text: "读成(菜单写法,如 2 12 36;空着 = 不用做什么)" };
let act = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  act = { path: button.dataset.act, version: button.dataset.version, ask: button.dataset.ask || "", title: button.dataset.title, key: newKey(), from: button };
  $("ask-title").textContent = act.title;
  $("ask-do").textContent = act.title;
  $("ask-error").textContent = "";
  const field = act.ask.replace("!", "");
  $("ask-label").textContent = LABELS[field] ? LABELS[field] + (act.ask.endsWith("!") || field === "how" ? "(必填)" : "(可不填)") : "";
  $("ask-label").hidden = $("ask-text").hidden = !field;
  $("ask-text").value = "";
  $("ask-text").required = act.ask.endsWith("!") || field === "how";
  const review = $("ask-review");
  review.replaceChildren();
  const details = button.dataset.review && $(button.dataset.review);
  if (details) review.append(details.querySelector(".review").cloneNode(true));
  $("ask-age").textContent = `所据数据:${Math.round((performance.now() - freshAt) / 1000)} 秒前`;
  $("ask").showModal();
  if (field) $("ask-text").focus(); else $("ask-do").focus();
});

$("ask-cancel").addEventListener("click", () => $("ask").close());
$("ask").querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = act.ask.replace("!", "");
  const body = {};
  if (act.version) body.version = Number(act.version);
  if (field) body[field] = $("ask-text").value;
  $("ask-do").disabled = true;
  try {
    const answer = await fetch(act.path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": act.key },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      $("ask").close();
      acted = true;
      toast(answer.status === 202 ? `已记下:${act.title};还要第二人` : `已办:${act.title}`);
      refresh();
    } else {
      const problem = await answer.json().catch(() => ({ detail: `服务答复 ${answer.status}` }));
      $("ask-error").textContent = problem.detail;
      if (answer.status === 409) refresh();
    }
  } catch (error) {
    $("ask-error").textContent = "没有送到服务器;请再按一次(不会重复办理)";
  } finally {
    $("ask-do").disabled = false;
  }
});

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

function toast(text) {
  const node = document.createElement("div");
  node.className = "toast";
  node.setAttribute("role", "status");
  node.textContent = text;
  document.body.append(node);
  setTimeout(() => node.remove(), 4000);
}
