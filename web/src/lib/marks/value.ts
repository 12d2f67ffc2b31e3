import type { components } from '$lib/api/schema';

export type Word = components['schemas']['MarkWord'];

/** What stands in a cell: a mark in hundredths, a word, or nothing. */
export type Value = number | Word | null;

export type Read = { value: Value } | { problem: 'range' | 'decimals' | 'score' | 'remark' };

const plain = (text: string) =>
	text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').trim().toLowerCase();

/**
 * What somebody typed. `85` is 8,5 and `10` is 10, since nobody types the comma forty-five times; `kp` took no part without
 * excuse, `m` is exempt, `đ` and `cđ` are Đạt and Chưa đạt.
 */
export function read(text: string, scored: boolean): Read {
	const typed = plain(text);
	if (typed === '') return { value: null };
	if (typed === 'kp' || typed === 'v') return { value: 'unexcused' };
	if (typed === 'm') return { value: 'exempt' };
	if (/^(d|dat)$/.test(typed)) return scored ? { problem: 'score' } : { value: 'pass' };
	if (/^(c|cd|chua dat)$/.test(typed)) return scored ? { problem: 'score' } : { value: 'fail' };
	if (!scored) return { problem: 'remark' };
	const number = typed.replace(',', '.');
	if (!/^\d+(\.\d+)?$/.test(number)) return { problem: 'score' };
	// Two digits without a comma are a mark and its tenth; 10 is ten.
	const short = /^\d\d$/.test(number) && number !== '10' ? `${number[0]}.${number[1]}` : number;
	const [whole = '', tenths = ''] = short.split('.');
	if (tenths.replace(/0+$/, '').length > 1) return { problem: 'decimals' };
	const hundredths = Number(whole) * 100 + Number(tenths[0] ?? 0) * 10;
	return hundredths > 1000 ? { problem: 'range' } : { value: hundredths };
}

/** As it stands in a cell. */
export function show(value: Value): string {
	if (value === null) return '';
	if (typeof value === 'string') return { pass: 'Đ', fail: 'CĐ', unexcused: 'KP', exempt: 'M' }[value];
	const tenths = (value / 10) % 10;
	return tenths === 0 ? String(value / 100) : `${Math.floor(value / 100)},${tenths}`;
}

/** An average, always with its decimal. */
export const average = (hundredths: number): string => (hundredths / 100).toFixed(1).replace('.', ',');
