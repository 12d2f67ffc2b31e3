import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Nothing on the page is out of reach of somebody who does not see, hear or point. */
export async function check(page, where) {
	const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
	const said = violations.map(
		({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`
	);
	assert.deepEqual(said, []);
}
