import { expect, test } from 'vitest';
import { asked, readPupils, writePupils } from './view';

test('the address of the list says what is unusual, and comes back the same', () => {
	const text = '?ai=da-roi&ngay=2026-10-01&khoi=6&lop=abc&gioi=2&thieu=ngay-sinh&q=an&sap=-sinh&cot=lop,tu';
	const view = readPupils(new URLSearchParams(text));
	expect(writePupils(view)).toBe(text);
	expect(writePupils(readPupils(new URLSearchParams('ai=ma&ngay=mai&sap=la&thieu=gi')))).toBe('');
});

test('the server is asked in its own words', () => {
	expect(asked(readPupils(new URLSearchParams('ai=tat-ca&sap=-sinh&thieu=so-dinh-danh&q=an')))).toMatchObject(
		{
			whether: 'all',
			missing: 'personal_number',
			sort: '-birth',
			q: 'an'
		}
	);
	expect(asked(readPupils(new URLSearchParams(''))).whether).toBeUndefined();
});
