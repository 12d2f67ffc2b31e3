import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, heading, launch, open, plain, quiet, unitToBuildIn, unitToInviteTo } from '../lib/browser.mjs';

const KB = 1024;
let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** Counts what goes over the wire, and how far things moved that nobody touched. */
async function counter(page, context) {
	const wire = await context.newCDPSession(page);
	await wire.send('Network.enable');
	let bytes = 0;
	let requests = 0;
	wire.on('Network.requestWillBeSent', ({ request }) => {
		// The stream of what happens elsewhere begins when the content stands; it may be seen before the test has looked.
		if (request.url.startsWith('http') && !new URL(request.url).pathname.endsWith('/events')) requests++;
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
	return {
		reset() {
			bytes = 0;
			requests = 0;
		},
		bytes: () => bytes,
		requests: () => requests,
		moved: () => page.evaluate(() => globalThis.moved)
	};
}

for (const size of ['desk', 'phone']) {
	test(`first visit to sign-in: at most 150 KB, nothing moves (${size})`, async (t) => {
		const { page, context, close } = await open(browser, size);
		const count = await counter(page, context);
		await page.goto('/dang-nhap');
		await heading(page, 'Đăng nhập');
		await quiet(page);
		t.diagnostic(`sign-in ${size}: ${(count.bytes() / KB).toFixed(1)} KB, ${count.requests()} requests`);
		assert.ok(count.bytes() <= 150 * KB, `${count.bytes()} bytes`);
		assert.equal(await count.moved(), 0);
		const font = await page.evaluate(() => document.fonts.check('600 20px "Be Vietnam Pro"', 'Đăng nhập'));
		assert.ok(font, 'in the typeface, from the first visit');
		await close();
	});

	test(`later screens: at most 60 KB new, 6 requests before content, nothing moves (${size})`, async (t) => {
		const { page, context, close } = await open(browser, size);
		const count = await counter(page, context);
		await page.goto('/dang-nhap');
		await heading(page, 'Đăng nhập');
		await quiet(page);

		const measure = async (name, go, content, early = 0) => {
			count.reset();
			await go();
			await content();
			const before = count.requests();
			await quiet(page);
			await page.waitForTimeout(300);
			t.diagnostic(
				`${name} ${size}: ${(count.bytes() / KB).toFixed(1)} KB, ${before} requests before content, ${count.requests()} in all`
			);
			const bytes = count.bytes() + early;
			assert.ok(bytes <= 60 * KB, `${name}: ${bytes} bytes`);
			assert.ok(before <= 6, `${name}: ${before} requests before content`);
			assert.equal(await count.moved(), 0, `${name}: layout shift`);
		};
		const nav = page.getByRole('navigation', { name: 'Điều hướng chính' });

		// The code of the first screen comes while the name is typed: its bytes count, its requests delay nothing.
		count.reset();
		await page.getByLabel('Tên đăng nhập').fill(accounts[0].login);
		await page.getByLabel('Mật khẩu', { exact: true }).fill(accounts[0].password);
		await quiet(page);
		await page.waitForTimeout(300);
		const early = count.bytes();
		t.diagnostic(`while typing ${size}: ${(early / KB).toFixed(1)} KB, ${count.requests()} requests`);
		await measure(
			'today',
			() => page.keyboard.press('Enter'),
			() => page.getByText('Việc hay làm').waitFor(),
			early
		);
		await measure(
			'units, tree',
			() => nav.getByRole('link', { name: 'Đơn vị' }).click(),
			() => page.getByRole('treeitem').first().waitFor()
		);
		await measure(
			'units, list',
			() => page.getByText('Danh sách', { exact: true }).click(),
			() => page.locator('tbody tr').first().waitFor()
		);
		await measure(
			'one unit',
			() => page.locator('tbody a').first().click(),
			() => page.getByRole('tab', { name: 'Lịch sử' }).waitFor()
		);
		await measure(
			'its history',
			() => page.getByRole('tab', { name: 'Lịch sử' }).click(),
			() => page.getByText('Tên qua thời gian').waitFor()
		);
		await measure(
			'account',
			() => nav.getByRole('link', { name: 'Tài khoản' }).click(),
			() => heading(page, 'Tài khoản của tôi')
		);
		for (const [name, find] of [
			['Mời người', unitToInviteTo],
			['Thêm đơn vị', unitToBuildIn]
		]) {
			const unit = await find(page);
			await page.keyboard.press('Control+k');
			await page.getByRole('combobox').fill(plain(unit.full_name));
			await page.getByRole('option', { name: unit.full_name }).first().click();
			await heading(page, unit.full_name);
			await quiet(page);
			if (find === unitToInviteTo) {
				await measure(
					'its people',
					() => page.getByRole('tab', { name: 'Người và lời mời' }).click(),
					() => page.getByRole('heading', { name: 'Người có vai trò ở đây' }).waitFor()
				);
			}
			await measure(
				`dialog: ${name}`,
				() => page.getByRole('button', { name }).first().click(),
				() => page.getByRole('dialog', { name }).waitFor()
			);
			await page.keyboard.press('Escape');
		}
		await close();
	});
}
