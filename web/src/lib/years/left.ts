/**
 * Which school year is to be left: until Christmas the one before, while its pupils still sit in its classes and none sits in
 * this year's; else this one. In August the new year has begun by its name, and everybody is still where they were.
 */
export function leftYear(
	today: string,
	these: readonly { pupils: number }[],
	before: readonly { pupils: number }[]
): 'now' | 'before' {
	const sit = (classes: readonly { pupils: number }[]) => classes.some((one) => one.pupils > 0);
	const early = Number(today.slice(5, 7)) >= 6;
	return early && !sit(these) && sit(before) ? 'before' : 'now';
}
