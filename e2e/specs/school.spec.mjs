import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accounts, ask, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const who = (role) => accounts.find((one) => one.role === role);
const head = who('head');
const teacher = who('teacher');
const left = head && teacher ? false : 'this server has no head teacher and no teacher to sign in as';
/** 1395 as people read it. */
const dotted = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '.');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function own(page) {
	const me = await ask(page, '/me');
	return me.grants[0].unit.id;
}

test('today tells a head what waits, and leads to the rows that were counted', {
	skip: left
}, async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const { schools } = await ask(page, '/me/today');
	const unled = schools[0].waiting.find((one) => one.what === 'no_homeroom');
	assert.ok(unled, 'the demonstration has classes that nobody leads');
	await page
		.getByRole('link', {
			name: `${unled.count} lớp chưa có giáo viên chủ nhiệm`
		})
		.click();
	await heading(page, 'Lớp');
	const shown = page.locator('tbody tr');
	await shown.first().waitFor();
	assert.equal(await shown.count(), unled.count);
	await page.getByRole('button', { name: /^Chưa có giáo viên chủ nhiệm/ }).click();
	await page.waitForFunction((few) => document.querySelectorAll('tbody tr').length > few, unled.count);
	await close();
});

test('the overview counts, and every figure opens the rows behind it', {
	skip: left
}, async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = await own(page);
	await page.goto(`/truong/${school}`);
	await heading(page, 'Tổng quan');
	const told = await ask(page, `/schools/${school}/overview`);
	const grade = told.grades[0];
	const bar = page.getByRole('link', {
		name: new RegExp(`^Khối ${grade.grade}: ${dotted(grade.pupils)} học sinh`)
	});
	await bar.waitFor();

	// The same as a table, also for a link.
	await page.getByText('Bảng', { exact: true }).click();
	await page
		.getByRole('row', {
			name: new RegExp(`^Cả trường ${told.classes} ${dotted(told.pupils)} `)
		})
		.waitFor();
	await page.reload();
	await page.getByRole('row', { name: /^Cả trường/ }).waitFor();
	await page.getByText('Biểu đồ', { exact: true }).click();

	await bar.click();
	await heading(page, 'Học sinh');
	const behind = await ask(page, `/schools/${school}/pupils?grade=${grade.grade}&limit=1`);
	assert.equal(behind.total, grade.pupils);
	assert.match(page.url(), new RegExp(`khoi=${grade.grade}`));
	await page.goBack();
	await heading(page, 'Tổng quan');

	const missing = told.missing.find((one) => one.what === 'personal_number');
	assert.ok(missing, 'the demonstration has pupils without a personal number');
	await page.getByRole('link', { name: /^Số định danh cá nhân/ }).click();
	await heading(page, 'Học sinh');
	await page.getByRole('button', { name: /^Thiếu: số định danh cá nhân/ }).waitFor();
	await page
		.getByText(`trên ${missing.pupils} dòng`)
		.or(page.getByText(`${missing.pupils} dòng`))
		.filter({ visible: true })
		.first()
		.waitFor();

	// As of a day before anybody came.
	await page.goto(`/truong/${school}?ngay=2020-01-01`);
	await page.getByText('Chưa có học sinh nào', { exact: true }).waitFor();
	await close();
});

test('a teacher on a phone: today shows their class, two touches away from its pupils', {
	skip: left
}, async () => {
	const { page, close } = await open(browser, 'phone');
	await signIn(page, teacher);
	await page.getByRole('heading', { name: 'Tiết dạy hôm nay' }).waitFor();
	const mine = page.getByRole('heading', { name: 'Lớp của bạn' });
	await mine.waitFor();
	const { schools } = await ask(page, '/me/today');
	const [led] = schools[0].classes;
	await page.getByRole('link', { name: new RegExp(`^${led.name}`) }).click();
	await heading(page, led.name);
	await page
		.locator('tbody tr')
		.nth(led.pupils - 1)
		.waitFor();
	// The overview of a teacher is that of their classes.
	await page.goto(`/truong/${schools[0].id}`);
	await page.getByText('Chỉ tính các lớp bạn chủ nhiệm hoặc dạy.').waitFor();
	assert.equal(
		await page.evaluate(() => document.documentElement.scrollWidth),
		390,
		'nothing is wider than the phone'
	);
	await close();
});

test('whoever sees no pupils is told where else to go', {
	skip: !who('school_admin')
}, async () => {
	const { page, close } = await open(browser);
	await signIn(page, who('school_admin'));
	assert.equal(await page.getByRole('heading', { name: 'Việc đang chờ' }).count(), 0);
	await page.goto(`/truong/${await own(page)}`);
	await page.getByText('Vai trò của bạn không xem học sinh').waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`the rooms of a school: axe finds nothing, few bytes, nothing moves (${size})`, {
		skip: left
	}, async (t) => {
		for (const colorScheme of ['light', 'dark']) {
			const { page, close } = await open(browser, size, { colorScheme });
			await signIn(page, head);
			const school = await own(page);
			const { items } = await ask(page, `/schools/${school}/classes`);
			for (const path of ['', '?xem=bang', '/lop', '/lop?thieu=chu-nhiem', `/lop/${items[0].id}`]) {
				await page.goto(`/truong/${school}${path}`);
				await page.locator('h1').waitFor();
				await quiet(page);
				const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
				const said = violations.map(
					({ id, nodes }) => `${path}: ${id}: ${nodes.map((one) => one.html.slice(0, 140)).join(' | ')}`
				);
				assert.deepEqual(said, []);
			}
			await close();
		}

		const { page, context, close } = await open(browser, size);
		const wire = await context.newCDPSession(page);
		await wire.send('Network.enable');
		let [bytes, requests] = [0, 0];
		wire.on('Network.requestWillBeSent', ({ request }) => {
			// Neither the stream of what happens elsewhere nor the browser's own look at the icon is waited for.
			if (request.url.startsWith('http') && !/\/(events|khue\.svg)$/.test(new URL(request.url).pathname))
				requests++;
		});
		wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
			bytes += encodedDataLength;
		});
		await page.addInitScript(() => {
			globalThis.moved = 0;
			new PerformanceObserver((list) => {
				for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.moved += entry.value;
			}).observe({ type: 'layout-shift', buffered: true });
		});
		await signIn(page, head);
		await quiet(page);
		const rooms = page.getByRole('navigation', { name: 'Các mục của trường' });
		const steps = [
			['overview', () => page.getByRole('link', { name: 'Tổng quan của trường' }).click(), 'Tổng quan'],
			['classes', () => rooms.getByRole('link', { name: 'Lớp', exact: true }).click(), 'Lớp'],
			['one class', () => page.locator('tbody a').first().click(), /^(Lớp )?\d+\S/]
		];
		for (const [name, go, title] of steps) {
			[bytes, requests] = [0, 0];
			await go();
			await page
				.getByRole('heading', {
					level: 1,
					name: title,
					exact: typeof title === 'string'
				})
				.waitFor();
			const before = requests;
			await quiet(page);
			t.diagnostic(
				`${name} ${size}: ${(bytes / 1024).toFixed(1)} KB, ${before} requests before content, ${requests} in all`
			);
			assert.ok(bytes <= 60 * 1024, `${name}: ${bytes} bytes`);
			assert.ok(before <= 6, `${name}: ${before} requests before content`);
			assert.equal(await page.evaluate(() => globalThis.moved), 0, `${name}: layout shift`);
		}
		await close();
	});
}
