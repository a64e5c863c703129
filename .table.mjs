import { readFileSync } from "node:fs";
const ev=JSON.parse(readFileSync("runs/earth/report/evaluations.json","utf8"));
const f=(x,d,s=1)=>x?`${(s*x.value).toFixed(d)} ± ${(s*(x.interval.high-x.interval.low)/2).toFixed(d)}`:"–";
const names={uniform:"uniform",regression:"regression",vmf:"von Mises–Fisher","vmf-mixture":"mixture of three von Mises–Fisher",cells:"cells (5,452)",hierarchy:"cells, hierarchical",hybrid:"hybrid: cell, then offset",retrieval:"retrieval, nearest of 250,000","retrieval-16":"retrieval, 16 nearest","earth-diffusion":"diffusion, R³","earth-flow":"flow matching, R³","earth-riemannian-flow":"**Riemannian flow matching, S²**",earth:"the same, 40,000 steps (`earth`)"};
console.log("| | rule | GeoScore | mean, km | median, km | < 25 km, % | < 200 km, % | < 750 km, % | country, % | region, % | town, % |\n|---|---|---|---|---|---|---|---|---|---|---|");
for (const e of ev) { const r=e.rules.find(r=>r.rule===(e.model.name==="uniform"?"sample":"mode"))??e.rules[0]; const a=k=>f(r.accuracy.find(x=>x.radiusKm===k).share,1,100);
 console.log(`| ${names[e.model.name]} | ${e.model.name==="retrieval"||e.model.name==="regression"?"the point":r.rule==="sample"?"one sample":r.rule} | ${f(r.geoScore,0)} | ${f(r.meanKm,0)} | ${f(r.medianKm,1)} | ${a(25)} | ${a(200)} | ${a(750)} | ${f(r.areas.country,1,100)} | ${f(r.areas.region,1,100)} | ${f(r.areas.city,1,100)} |`); }
console.log();
console.log("| | −log p, nats | bits per dimension | precision, % | recall, % | density | coverage, % | localizability, bits |\n|---|---|---|---|---|---|---|---|");
for (const e of ev) { const m=e.rules.find(r=>r.rule==="sample").manifold; console.log(`| ${names[e.model.name]} | ${f(e.likelihood?.nats,2)} | ${f(e.likelihood?.bitsPerDimension,2)} | ${f(m.precision,1,100)} | ${f(m.recall,1,100)} | ${f(m.density,2)} | ${f(m.coverage,1,100)} | ${f(e.likelihood?.localizabilityBits,2)} |`); }
console.log();
console.log("| | regions by | 50 % holds, % | 90 % holds, % | expected error |\n|---|---|---|---|---|");
for (const e of ev) for (const r of [e.regions,e.wholeRegions]) if (r&&!["hybrid","retrieval-16","uniform"].includes(e.model.name)) console.log(`| ${names[e.model.name]} | ${r.from}, ${r.examples} views | ${f(r.held50,1,100)} | ${f(r.held90,1,100)} | ${f(r.expectedError,3)} |`);
