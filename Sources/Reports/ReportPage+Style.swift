extension ReportPage {
    /// Without a character that a page would have to escape: what is hashed is what the browser sees.
    static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;--good:#1a7f37;--bad:#cf222e;--open:#9a6700;\
        --c0:#0b63ce;--c1:#c2410c;--c2:#15803d;--c3:#7e22ce}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--paper:#0d1117;--line:#30363d;--good:#3fb950;--bad:#ff7b72;\
        --open:#d29922;--c0:#79b8ff;--c1:#ffa657;--c2:#56d364;--c3:#d2a8ff}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1rem;max-width:60rem;color:var(--ink);background:var(--paper);font:16px/1.5 system-ui,sans-serif}
        h1{font-size:1.6rem;margin:.5rem 0 0;overflow-wrap:anywhere}
        h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
        p,dd,li{overflow-wrap:anywhere}
        nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;margin:1rem 0;padding:0}
        a{color:var(--c0)}
        dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.2rem 1rem;margin:.5rem 0}
        dt{color:var(--soft)}
        dd{margin:0}
        .wide{overflow-x:auto;margin:.8rem 0}
        table{border-collapse:collapse;width:100%;font-size:.92rem}
        caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
        th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top;white-space:pre-wrap}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .findings{list-style:none;margin:.5rem 0;padding:0}
        .findings li{display:flex;gap:.6rem;margin:.3rem 0}
        .mark{font-weight:700;width:1rem;flex:none}
        .passed .mark{color:var(--good)}
        .failed .mark{color:var(--bad)}
        .open .mark{color:var(--open)}
        small{display:block;color:var(--soft)}
        figure{margin:1rem 0}
        figcaption{color:var(--soft)}
        .chart{width:100%;height:auto;min-height:10rem}
        .chart text{font:11px system-ui,sans-serif;fill:var(--soft)}
        .grid{stroke:var(--line)}
        polyline{fill:none;stroke-width:1.6}
        .curve-0{stroke:var(--c0);fill:none}
        .curve-1{stroke:var(--c1);fill:none;stroke-dasharray:6 3}
        .curve-2{stroke:var(--c2);fill:none;stroke-dasharray:2 3}
        .curve-3{stroke:var(--c3);fill:none;stroke-dasharray:9 3 2 3}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:0;padding:0;font-size:.85rem}
        .curve{border-left:4px solid;padding-left:.4rem}
        .legend .curve-0{border-color:var(--c0)}
        .legend .curve-1{border-color:var(--c1);border-left-style:dashed}
        .legend .curve-2{border-color:var(--c2);border-left-style:dotted}
        .legend .curve-3{border-color:var(--c3);border-left-style:double}
        details{margin:.8rem 0}
        summary{cursor:pointer}
        footer{margin-top:2rem;color:var(--soft);font-size:.85rem}
        @media (max-width:40rem){.chart text{font-size:22px}dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
        @media print{nav{display:none}details{display:block}}
        """
}
