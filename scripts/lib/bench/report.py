"""What was measured, as a table and as a picture."""
import os
import subprocess
from html import escape


def machine(stack):
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()
    return {"processor": names[0] if names else "unknown", "cores": os.cpu_count(),
            "versions": {**stack.versions(), "Swift": swift[0] if swift else "unknown"}, "durability": stack.durability()}


def rates(results):
    """Activities a second of whatever drains: name, figure; the fleet first."""
    found = []
    if results.get("drain"):
        found.append(("puhui", best(results["drain"])))
    if results.get("floor"):
        found.append(("floor: the same rows, from memory", best(results["floor"])))
    for policy, peers in (results.get("peers") or {}).items():
        found += [(f"{name}, appendfsync {policy}", rate) for name, rate in peers.items()]
    return found


def best(runs):
    return max(run["activities_per_second"] for run in runs)


def table(results):
    lines = []
    about = results["machine"]
    lines.append(f"{about['processor']}, {about['cores']} cores shared by servers, fleet and producers; "
                 + ", ".join(f"{name} {version}" for name, version in about["versions"].items()))
    lines.append(", ".join(f"{name} {value}" for name, value in about["durability"].items()))
    lines += throughput_lines(results) + budget_lines(results)
    for name in ("redelivery", "steady", "single", "flood", "rewards", "expiry", "idle", "start", "history", "growth"):
        if results.get(name):
            lines += ["", name] + ["  " + line for line in plain(name, results[name])]
    return "\n".join(lines)


def throughput_lines(results):
    found = rates(results)
    if not found:
        return []
    fleet = best(results["drain"]) if results.get("drain") else None
    lines = ["", f"{'full lists to committed rows':44}{'activities/s':>14}{'puhui is':>12}"]
    for name, rate in found:
        times = "" if fleet is None or name == "puhui" else f"{fleet / rate:.2f} ×"
        lines.append(f"{name:44}{rate:>14,.0f}{times:>12}")
    return lines


def budget_lines(results):
    if not results.get("drain"):
        return []
    run = max(results["drain"], key=lambda run: run["activities_per_second"])
    lines = ["", "of one activity, in the best run of drain"]
    lines += [f"  {name:20}{value:>12,.2f}" for name, value in run["budget"].items()]
    return lines + [f"  {name + ', most MB':20}{value:>12,.1f}" for name, value in run["memory_mb"].items()]


def plain(name, value):
    if name == "redelivery":
        return [f"known messages {value['again']['activities_per_second']:,.0f}/s, new ones before "
                f"{value['first']['activities_per_second']:,.0f}/s: {value['ratio']:.2f} ×"]
    if isinstance(value, list):
        return [", ".join(f"{key} {number(each)}" for key, each in item.items()) for item in value]
    lines = []
    for key, each in value.items():
        if key == "check":
            lines += check_lines(each)
        elif isinstance(each, dict):
            lines.append(f"{key}: " + ", ".join(f"{inner} {number(figure)}" for inner, figure in each.items()
                                                if not isinstance(figure, dict)))
        elif not isinstance(each, list):
            lines.append(f"{key} {number(each)}")
    return lines


def check_lines(check):
    """What the model of Tests/Oracle makes of the same messages."""
    if "failure" in check:
        return [f"check: nothing was compared: {check['failure']}"]
    lines = [f"{'check':14}{'by the model':>24}{'in the ledger':>24}"]
    lines += [f"{key:14}{number(total):>24}{number(check['ledger'].get(key)):>24}"
              for key, total in check["model"].items()]
    compared = ", ".join(f"{number(rows)} of {view}" for view, rows in check["compared"].items())
    lines.append(f"check: {number(check['differences'])} differences in {number(check['messages'])} messages; "
                 f"compared were the rows {compared}; {check['seconds']:,.0f} s")
    return lines + [f"check: {line}" for line in check["first_differences"]]


def number(value):
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def picture(results, path):
    """Bars of activities a second, the fleet in another colour; readable without colours."""
    found = rates(results)
    if not found:
        raise SystemExit("a picture needs drain, floor or peers")
    most = max(rate for _, rate in found)
    row, left, width = 34, 280, 420
    height = row * len(found) + 70
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 130} {height}" '
             'font-family="sans-serif" font-size="14" role="img">',
             "<title>Activities a second, from full lists to committed rows</title>",
             '<rect width="100%" height="100%" fill="#ffffff"/>',
             '<text x="12" y="26" font-size="16" font-weight="bold" fill="#1f2933">'
             "Activities a second, full lists to committed rows</text>"]
    for index, (name, rate) in enumerate(found):
        y = 44 + index * row
        colour = "#2f7d5b" if name == "puhui" else "#9aa5b1"
        parts.append(f'<text x="{left - 10}" y="{y + 17}" text-anchor="end" fill="#1f2933">{escape(name)}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{max(1, width * rate / most):.1f}" height="22" fill="{colour}"/>')
        parts.append(f'<text x="{left + 8 + width * rate / most:.1f}" y="{y + 17}" fill="#1f2933">{rate:,.0f}</text>')
    about = results["machine"]
    parts.append(f'<text x="12" y="{height - 10}" font-size="11" fill="#52606d">{escape(about["processor"])}, '
                 f'{about["cores"]} cores for everything; puhui with appendfsync '
                 f'{about["durability"]["appendfsync"]}; fsync {about["durability"]["fsync"]}; one run</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(parts) + "\n")
