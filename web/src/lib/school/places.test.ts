import { expect, test } from 'vitest';
import { match } from '../../params/place';
import { isPlace, placeAt } from './places';

test('the address of a room of a school is known to the matcher and to the rooms alike', () => {
	for (const word of [
		'lop',
		'hoc-sinh',
		'thoi-khoa-bieu',
		'can-bo',
		'nhap-du-lieu',
		'xuat-du-lieu',
		'trung-lap',
		'nam-hoc',
		'don-vi',
		'truong',
		''
	])
		expect(match(word), word).toBe(isPlace(word));
	expect(placeAt('/truong/1/lop/2')).toBe('lop');
	expect(placeAt('/truong/1')).toBe('tong-quan');
	expect(placeAt('/don-vi/1')).toBeNull();
});
