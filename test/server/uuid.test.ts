import t from 'tap';
import { uuidV7 } from '../../server/uuid.ts';

t.test('the example of RFC 9562 comes out', async (t) => {
  // RFC 9562, appendix A.6: 2022-02-22 19:22:22 GMT, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const random = Buffer.from('cc318c4dc0c0c07398f0', 'hex');
  t.equal(uuidV7(0x017f22e279b0, random), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

t.test('a later id sorts after an earlier one', async (t) => {
  t.ok(uuidV7(1000, Buffer.alloc(10, 0xff)) < uuidV7(1001, Buffer.alloc(10)));
});

t.test('too little randomness is refused', async (t) => {
  t.throws(() => uuidV7(0, Buffer.alloc(9)), { message: 'random has 9 bytes; need at least 10' });
});
