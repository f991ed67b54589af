// node export.js TRACE: the trace in Chrome's format, on stdout.
const fs = require('fs');
const Wake = require('./core.js');
const trace = Wake.read(fs.readFileSync(process.argv[2], 'utf8'));
for (const problem of trace.problems) console.error(problem);
console.log(Wake.chrome(trace));
