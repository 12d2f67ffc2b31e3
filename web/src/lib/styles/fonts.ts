const texts = ['Aa', 'ếĐ'];

/** Waits for the four font files, but not for long: text shown in one font and then in another moves. */
export function fontsReady(patience = 1200): Promise<void> {
	const asked = ['400', '600'].flatMap((weight) =>
		texts.map((text) => document.fonts.load(`${weight} 14px "Be Vietnam Pro"`, text))
	);
	return Promise.race([
		Promise.all(asked).then(
			() => undefined,
			() => undefined
		),
		new Promise<void>((done) => setTimeout(done, patience))
	]);
}
