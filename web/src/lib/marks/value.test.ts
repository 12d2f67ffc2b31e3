import { describe, expect, it } from 'vitest';
import { average, read, show } from './value';

describe('what somebody types', () => {
	it('is a mark with or without its comma', () => {
		for (const [text, value] of [
			['8', 800],
			['85', 850],
			['8,5', 850],
			['8.5', 850],
			['10', 1000],
			['0', 0],
			['05', 50],
			[' 7,0 ', 700],
			['7,50', 750],
			['10,0', 1000]
		] as const)
			expect(read(text, true), text).toEqual({ value });
	});

	it('is refused where it is no mark', () => {
		for (const [text, problem] of [
			['10,5', 'range'],
			['105', 'range'],
			['11,0', 'range'],
			['8,55', 'decimals'],
			['-1', 'score'],
			['tám', 'score'],
			['Đ', 'score'],
			['8,5,5', 'score']
		] as const)
			expect(read(text, true), text).toEqual({ problem });
		expect(read('8', false)).toEqual({ problem: 'remark' });
	});

	it('is a word', () => {
		expect(read('đ', false)).toEqual({ value: 'pass' });
		expect(read('CĐ', false)).toEqual({ value: 'fail' });
		expect(read('Chưa đạt', false)).toEqual({ value: 'fail' });
		for (const scored of [true, false]) {
			expect(read('KP', scored)).toEqual({ value: 'unexcused' });
			expect(read('m', scored)).toEqual({ value: 'exempt' });
			expect(read('  ', scored)).toEqual({ value: null });
		}
	});

	it('is shown as it is read again', () => {
		for (const value of [0, 50, 700, 850, 1000]) expect(read(show(value), true)).toEqual({ value });
		for (const value of ['pass', 'fail', 'unexcused', 'exempt'] as const)
			expect(read(show(value), false)).toEqual({ value });
		expect([show(null), show(850), show(800), average(800), average(765)]).toEqual([
			'',
			'8,5',
			'8',
			'8,0',
			'7,7'
		]);
	});
});
