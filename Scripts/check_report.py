#!/usr/bin/env python3
"""Opens a report in headless Chromium at 400 and 1,400 pixels: no console message, no request, nothing wider than the window.

    Scripts/check_report.py --lora .build/release/lora [--pictures DIR]

Trains a tiny adapter twice, so that the report has curves, a version before it, and answers. Chromium must be installed.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTHS = [400, 1400]
# looks at the report from outside: the report itself may run no script
FRAME = """<!DOCTYPE html><html><body style="margin:0"><iframe id="f" src="%s" style="border:0;width:%dpx;height:900px"></iframe>
<pre id="seen">nothing</pre><script>
document.getElementById("f").onload = function () {
  var page = this.contentDocument, root = page.documentElement, small = [];
  for (var element of page.querySelectorAll("p,td,th,dd,li,figcaption")) {
    var size = parseFloat(page.defaultView.getComputedStyle(element).fontSize);
    if (element.textContent.trim() && size < 11) small.push(element.tagName + " " + size);
  }
  for (var text of page.querySelectorAll("svg text")) {
    var height = text.getBoundingClientRect().height;
    if (height < 10) small.push("chart text " + height);
  }
  document.getElementById("seen").textContent = JSON.stringify({
    width: root.scrollWidth, window: root.clientWidth, small: small, sections: page.querySelectorAll("section").length,
    charts: page.querySelectorAll("svg polyline").length, styled: page.defaultView.getComputedStyle(page.body).maxWidth
  });
};</script></body></html>"""


def chromium():
    for name in ["chromium", "chromium-browser", "google-chrome"]:
        if shutil.which(name):
            return name
    sys.exit("no Chromium here: apt-get install chromium")


def opened(browser, folder, page, *options):
    """Standard output, and what was logged."""
    words = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--no-first-run", "--user-data-dir=%s" % (folder / "profile"), "--enable-logging=stderr", "--v=0", *options, page.as_uri()]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                          env=dict(os.environ, HOME=str(folder)))
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def requests(browser, folder, page):
    """What a page asked for, and what it wrote to the console. Of what the browser asks for by itself no page is the initiator."""
    log = folder / "net.json"
    _, logged = opened(browser, folder, page, "--dump-dom", "--virtual-time-budget=3000", "--log-net-log=%s" % log)
    events = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    urls = {params["url"] for params in events if "url" in params and params.get("initiator", "not an origin") != "not an origin"}
    return sorted(url for url in urls if not url.startswith("file:")), re.findall(r".*CONSOLE.*", logged)


def make_report(lora, folder):
    shutil.copytree(ROOT / "Tests/Fixtures/shell/registry", folder / "registry")
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copytree(ROOT / "Tests/Fixtures/golden/tiny-llama", folder / "model")

    def run(*words):
        subprocess.run([lora, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    run("base", "add", "tiny", "model")
    run("train", "greeter")
    run("promote", "greeter@v1", "--reason", "the first")
    run("train", "greeter")
    run("report", "greeter@v2", "--out", "report.html")
    return folder / "report.html"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lora", required=True)
    parser.add_argument("--pictures", help="a folder for what was seen")
    options = parser.parse_args()
    browser, faults = chromium(), []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        report = make_report(os.path.realpath(options.lora), folder)
        # what is looked for would be seen: this page asks, and complains
        canary = folder / "canary.html"
        canary.write_text('<img src="http://127.0.0.1:9/seen"><script>console.error("heard")</script>')
        asked, heard = requests(browser, folder, canary)
        assert asked == ["http://127.0.0.1:9/seen"] and any("heard" in line for line in heard), (asked, heard)
        asked, heard = requests(browser, folder, report)
        faults += ["request: " + url for url in asked] + ["console: " + line for line in heard]
        for width in WIDTHS:
            frame = folder / ("frame-%d.html" % width)
            frame.write_text(FRAME % (report.as_uri(), width))
            dom, _ = opened(browser, folder, frame, "--allow-file-access-from-files", "--window-size=1600,1000",
                            "--virtual-time-budget=4000", "--dump-dom")
            found = re.search(r'<pre id="seen">(.*?)</pre>', dom, flags=re.S).group(1).replace("&quot;", '"')
            seen = json.loads(found) if found != "nothing" else {}
            print("%d px: %s" % (width, found))
            if not seen or seen["width"] > seen["window"] or seen["small"] or seen["sections"] < 5 or seen["charts"] < 4 \
                    or seen["styled"] == "none":
                faults.append("at %d px: %s" % (width, found))
            if options.pictures:
                os.makedirs(options.pictures, exist_ok=True)
                opened(browser, folder, report, "--screenshot=%s" % os.path.join(options.pictures, "report-%d.png" % width),
                       "--window-size=%d,3000" % width)
    for fault in faults:
        print(fault)
    print("report in headless Chromium at %s px: %d faults" % (" and ".join(map(str, WIDTHS)), len(faults)))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
