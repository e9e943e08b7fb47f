"""A wrong setting stops the start and says where, why, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiaoying.config import Config, ConfigError, load, loads

RED_STEPS = "callout: {red: {steps: [{to: holder, by: [sms, voice], wait: 75s}]}}"


def complaints(text: str, environment: dict[str, str] | None = None) -> list[str]:
    """What is said about a file."""
    with pytest.raises(ConfigError) as caught:
        loads(text, file="c.yaml", environment=environment or {})
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # unknown keys: misspelt, misplaced, not yet, never heard of
        ("site:\n  nmae: x\n", "c.yaml 第2行 site.nmae:没有这个键;是不是 name?"),
        ("# c\n\nsiet: {}\n", "c.yaml 第3行 siet:没有这个键;是不是 site?"),
        ("site: {port: 3}\n", "c.yaml 第1行 site.port:这里没有这个键;它应写在 web 下面"),
        ("ladder: {}\n", "c.yaml 第1行 ladder:本版本尚不支持(提前量阶梯(1262)),请删去这个键"),
        ("web:\n  proxies: []\n", "c.yaml 第2行 web.proxies:本版本尚不支持(反向代理),请删去这个键"),
        ("web: {zzzzz: 1}\n", "c.yaml 第1行 web.zzzzz:没有这个键;这里可以写:host、port、public_url"),
        ("directory: /tmp\n", "c.yaml 第1行 directory:没有这个键;"),
        ("warning:\n  approval:\n    red:\n      aprovals: 2\n", "c.yaml 第4行 warning.approval.red.aprovals:没有这个键;是不是 approvals?"),
        ("sources:\n- name: r\n  kind: csv\n  path: x\n  evry: 5m\n", "c.yaml 第5行 sources[0].evry:没有这个键;是不是 every?"),
        ("callout:\n  red:\n    steps:\n    - {to: holder, by: [sms], wait: 5m, wiat: 5m}\n", "c.yaml 第4行 callout.red.steps[0].wiat:没有这个键;是不是 wait?"),
        ("thresholds:\n  default:\n    rde: {1h: 3}\n", "c.yaml 第3行 thresholds.default.rde:没有这个键;是不是 red?"),
        # wrong values
        ("web: {port: eighty}\n", "c.yaml 第1行 web.port:应是整数,写的是 'eighty'"),
        ("web: {port: 70000}\n", "c.yaml 第1行 web.port:不能大于 65535,写的是 '70000'"),
        ("web: {port: }\n", "c.yaml 第1行 web.port:应是整数"),
        ("web: 8760\n", "c.yaml 第1行 web:应是一组键,不是单个值,写的是 '8760'"),
        ("web:\n  public_url: example.org\n", "c.yaml 第2行 web.public_url:应是 http:// 或 https:// 开头的网址,写的是 'example.org'"),
        ("site: {name: ''}\n", "c.yaml 第1行 site.name:不能为空"),
        ("site: {area: 威信}\n", "c.yaml 第1行 site.area:应是统计用区划代码(县 6 位、乡 9 位、村 12 位),写的是 '威信'"),
        ("site: {timezone: Mars/Base}\n", "c.yaml 第1行 site.timezone:没有这个时区:'Mars/Base';例如 Asia/Shanghai"),
        ("site: {status: Exercize}\n", "c.yaml 第1行 site.status:只能是 Actual、Exercise、Test,写的是 'Exercize';是不是 Exercise?"),
        ("site: {language: en}\n", "c.yaml 第1行 site.language:en 本版本尚不支持;现有:zh-CN"),
        ("site: {signature: 一二三四五六七八九十一二三}\n", "c.yaml 第1行 site.signature:最多 12 个字,写的是 '一二三四五六七八九十一二三'"),
        ("database: mysql://x/y\n", "c.yaml 第1行 database:应是 sqlite:///文件 或 postgresql://… 的地址"),
        ("database: 'sqlite://'\n", "c.yaml 第1行 database:数据库要写到文件里"),
        ("database: 'sqlite:///:memory:'\n", "c.yaml 第1行 database:数据库要写到文件里"),
        ("evacuation: {order_at: rd}\n", "c.yaml 第1行 evacuation.order_at:只能是 blue、yellow、orange、red,写的是 'rd';是不是 red?"),
        ("evacuation: {night_from: 25:00}\n", "c.yaml 第1行 evacuation.night_from:应写成一天里的时刻,如 \"20:00\",写的是 '25:00'"),
        ("evacuation: {clocks: {walk_m_s: fast}}\n", "c.yaml 第1行 evacuation.clocks.walk_m_s:应是数字,写的是 'fast'"),
        ("evacuation: {clocks: {walk_m_s: .nan}}\n", "c.yaml 第1行 evacuation.clocks.walk_m_s:应是数字,写的是 '.nan'"),
        ("evacuation: {clocks: {night_speed: 3}}\n", "c.yaml 第1行 evacuation.clocks.night_speed:不能大于 1.0,写的是 '3'"),
        # durations
        ("warning: {dark: 300}\n", "c.yaml 第1行 warning.dark:应写成时长,如 5s、3m、2h、1h30m,写的是 '300';是不是 300s?"),
        ("warning: {dark: 5x}\n", "c.yaml 第1行 warning.dark:应写成时长,如 5s、3m、2h、1h30m,写的是 '5x'"),
        ("warning: {dark: 0s}\n", "c.yaml 第1行 warning.dark:必须大于 0,写的是 '0s'"),
        ("warning: {dark: never}\n", "c.yaml 第1行 warning.dark:应写成时长"),
        # things that do not go together
        ("warning: {publish: true}\n", "c.yaml 第1行 warning.publish:对外发布 CAP 本版本尚不支持,只能是 false"),
        ("warning: {approval: {red: {one_after: 10m}}}\n", "c.yaml 第1行 warning.approval.red:one_after 不能比 none_after 长"),
        ("thresholds:\n  default:\n    red: {2h: 5}\n", "c.yaml 第3行 thresholds.default.red:没有 2h 这个时段,可用:1h、3h、6h、12h、24h、72h"),
        ("thresholds:\n  default:\n    red: {1h: x}\n", "c.yaml 第3行 thresholds.default.red.1h:应是数字,写的是 'x'"),
        ("thresholds:\n  default:\n    red: {1h: 50}\n    blue: {1h: 60}\n", "c.yaml 第2行 thresholds.default:red 1h 是 50,比 blue 的 60 还低"),
        ("thresholds: {default: {}}\n", "c.yaml 第1行 thresholds:default 这一套里一个阈值也没有"),
        ("thresholds: {default: {red: {1h: {dry: 5, wet: 3}}}}\n", "c.yaml 第1行 thresholds.default.red.1h.normal:缺少这个必填的键"),
        (f"{RED_STEPS}\n", "c.yaml 第1行 callout:红色:300 秒内只重拨 0 次,应有 3 次"),
        ("callout: {code_reuse: 1h}\n", "c.yaml 第1行 callout:回复代号 1 小时就重用,至少应隔 24 小时"),
        ("callout: {blue: {steps: []}}\n", "c.yaml 第1行 callout.blue.steps:应是列表,每项以 - 开头,至少一项"),
        # lists and their items
        ("sources:\n- {kind: csv, path: y}\n", "c.yaml 第2行 sources[0].name:缺少这个必填的键"),
        ("sources:\n- {name: a, kind: csv, path: y, interval: 7m}\n", "c.yaml 第2行 sources[0]:interval 应能整除一小时"),
        ("sources:\n- {name: a, kind: csv, path: y}\n- {name: a, kind: csv, path: z}\n", "c.yaml 第1行 sources:有两项都叫 a"),
        ("sources:\n- {name: 雨, kind: csv, path: y}\n", "c.yaml 第2行 sources[0].name:名称只能用小写字母"),
        ("sources:\n- {name: g, kind: grid, path: y, variable: tp}\n", "c.yaml 第2行 sources[0].kind:grid 本版本尚不支持;现有:csv"),
        ("notifiers:\n- kind: twilio\n  account_sid: x\n", "c.yaml 第2行 notifiers[0].kind:twilio 本版本尚不支持;现有:simulated、console"),
        ("notifiers:\n- kind: consol\n", "c.yaml 第2行 notifiers[0].kind:只能是 simulated、console,写的是 'consol';是不是 console?"),
        ("notifiers: []\n", "c.yaml 第1行 notifiers:应是列表,每项以 - 开头,至少一项"),
        ("notifiers: simulated\n", "c.yaml 第1行 notifiers:应是列表"),
        # the file itself
        ("web:\n  port: 1\n  port: 2\n", "c.yaml 第3行 web.port:这个键写了两次(第一次在第2行)"),
        ("web:\n\tport: 3\n", "c.yaml 第2行:不是合法的 YAML"),
        ("web: [1,\n", "c.yaml 第2行:不是合法的 YAML"),
        ("- a\n", "c.yaml 第1行:最外层应是一组键"),
        ("just words\n", "c.yaml 第1行:最外层应是一组键"),
        ("a: &x {b: 1}\nc: *x\n", "c.yaml 第1行 c:不支持锚点与别名"),
        ("a: &x [*x]\n", "c.yaml 第1行 a[0]:不支持锚点与别名"),
        ("web: {host: '${NOPE}'}\n", "c.yaml 第1行 web.host:环境变量 NOPE 没有设置"),
        ("web: {host: '${NO PE}'}\n", "c.yaml 第1行 web.host:${…} 里应是环境变量名或 file:路径"),
        ("web: {host: '${file:gone.txt}'}\n", "c.yaml 第1行 web.host:读不了 gone.txt:"),
        ("web: {? [a] : 1}\n", "c.yaml 第1行 web:键应是一个词"),
        ("\x00\n", "c.yaml:不是合法的 YAML"),
    ],
)  # fmt: skip
def test_one_fault_one_complaint(text: str, wanted: str) -> None:
    """Exactly one complaint, at its place."""
    said = complaints(text)
    assert len(said) == 1, said
    assert said[0].startswith(wanted)


def test_all_faults_are_told_at_once() -> None:
    """In the order of the file, so that one round of mending is enough."""
    said = complaints("site:\n  nmae: x\nweb:\n  port: x\nnotifiers:\n- {kind: smpp}\nladder: {}\n")
    assert [line.partition(":")[0] for line in said] == [
        "c.yaml 第2行 site.nmae",
        "c.yaml 第4行 web.port",
        "c.yaml 第6行 notifiers[0].kind",
        "c.yaml 第7行 ladder",
    ]


def test_a_secret_is_not_repeated_in_a_complaint() -> None:
    """What stands in the environment is not printed; what stands in the file is."""
    said = complaints("web: {port: '${SECRET}'}\n", {"SECRET": "hunter2"})
    assert said == ["c.yaml 第1行 web.port:应是整数,写的是 '${SECRET}'"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, another encoding."""
    with pytest.raises(ConfigError, match=r"config\.yaml:没有这个文件;用 jiaoying init DIR"):
        load(tmp_path / "config.yaml")
    with pytest.raises(ConfigError, match="读不了"):
        load(tmp_path)
    (tmp_path / "config.yaml").write_bytes("site: {name: 威信}\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="不是 UTF-8 编码"):
        load(tmp_path / "config.yaml")


def test_settings_do_not_change_after_the_start() -> None:
    """Frozen."""
    with pytest.raises(ValueError, match="frozen"):
        Config().web.port = 1  # type: ignore[misc]
