import t from 'tap';
import { philox4x32 } from '../../../models/random/philox.ts';

function words(counter: readonly number[], key: readonly number[]): string[] {
  const out = new Uint32Array(4);
  philox4x32(counter[0], counter[1], counter[2], counter[3], key[0], key[1], out, 0);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
}

// kat_vectors of Random123 (Salmon et al. 2011), lines "philox4x32 10".
await t.test('philox4x32 gives the known answers of Random123', async (t) => {
  t.same(words([0, 0, 0, 0], [0, 0]), ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  const ones = 0xffffffff;
  t.same(words([ones, ones, ones, ones], [ones, ones]), ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
  t.same(words([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]), [
    'd16cfe09',
    '94fdcceb',
    '5001e420',
    '24126ea1',
  ]);
});

await t.test('philox4x32 takes signed and unsigned words alike and writes only its four places', async (t) => {
  const signed = new Int32Array(8).fill(7);
  const unsigned = new Uint32Array(8).fill(7);
  philox4x32(-1, -2, 0x80000000, 5, -3, 0xfffffff0, signed, 2);
  philox4x32(0xffffffff, 0xfffffffe, -0x80000000, 5, 0xfffffffd, -16, unsigned, 2);
  t.same(
    Array.from(signed, (word) => word >>> 0),
    Array.from(unsigned),
  );
  t.same([signed[0], signed[1], signed[6], signed[7]], [7, 7, 7, 7]);
});
