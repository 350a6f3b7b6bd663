// Runs before `npm start` and `npm test`, on whatever Node is found: plain CommonJS that an old one can read.
'use strict';

const major = Number(process.versions.node.split('.')[0]);

if (!(major >= 24)) {
  console.error(
    [
      'rho90 needs Node 24 or newer, and this is Node ' + process.versions.node + '.',
      '',
      'On Linux with glibc (x64 or arm64) `npm ci` brings Node 24 along as an optional package, and the npm',
      'scripts use it. It is missing here: another system, or an install without optional packages. Either',
      '  * install Node 24 (https://nodejs.org, or `nvm install 24`) and run the command again, or',
      '  * on Linux, run `npm ci` again without --omit=optional, and start through npm (`npm start`, `npm test`).',
    ].join('\n'),
  );
  process.exit(1);
}
