// One EventSource; tells of news, and of silence. The staleness clock runs by itself, not on the feed.
export function listen({ onNews, onSilence, onState }) {
  let heard = performance.now();
  let source = null;
  const hear = (event) => {
    heard = performance.now();
    onState("已连接");
    onNews(event.type, event.data ? JSON.parse(event.data) : {});
  };
  const open = () => {
    source = new EventSource("/api/v1/stream");
    for (const name of ["hello", "facts", "beat", "resync"]) source.addEventListener(name, hear);
    source.onerror = () => {
      onState(source.readyState === EventSource.CLOSED ? "已断开,重新连接" : "连接中断,重试中");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
    };
  };
  open();
  setInterval(() => onSilence((performance.now() - heard) / 1000), 1000);
}
