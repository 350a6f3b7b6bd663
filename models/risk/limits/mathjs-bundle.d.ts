/** All of mathjs in one file, which loads in a quarter of the time of its modules. It has no types of its own. */
declare module 'mathjs/lib/browser/math.js' {
  import type * as all from 'mathjs';
  const mathjs: typeof all;
  export default mathjs;
}
