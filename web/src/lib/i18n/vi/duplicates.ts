/** The server's own sentences are Vietnamese. */
const reasons: Record<string, string> = {};

export default {
	reasons,
	title: 'Hồ sơ nghi trùng',
	lead: 'Những cặp hồ sơ có thể là của một người. Khuê chỉ gợi ý; bạn quyết định, và quyết định nào cũng lấy lại được.',
	searchNow: 'Tìm ngay',
	searching: 'Đang tìm hồ sơ nghi trùng…',
	searched: (n: string) => `Tìm xong: ${n} cặp chờ xem.`,
	searchNote: 'Khuê tìm mỗi đêm và sau mỗi lần nhập.',
	which: 'Xem cặp nào',
	open: 'Chờ xem',
	same: 'Đã gộp',
	different: 'Là hai người',
	queue: 'Các cặp',
	noneOpen: 'Không có cặp nào chờ xem',
	noneOpenDetail: 'Khuê tìm mỗi đêm và sau mỗi lần nhập. Vừa sửa nhiều hồ sơ thì tìm lại ngay được.',
	noneSame: 'Chưa gộp cặp nào',
	noneDifferent: 'Chưa có cặp nào được kết luận là hai người',
	noneDecidedDetail: 'Những cặp đã quyết định đứng ở đây, để xem lại và mở lại khi cần.',
	score: (n: number): string =>
		n >= 85
			? 'Gần như chắc chắn là một người'
			: n >= 65
				? 'Rất giống nhau'
				: n >= 58
					? 'Khá giống nhau'
					: 'Hơi giống nhau',
	scoreShort: (n: number): string =>
		n >= 85 ? 'Gần chắc' : n >= 65 ? 'Rất giống' : n >= 58 ? 'Khá giống' : 'Hơi giống',
	outOfReach: 'Ở trường khác',
	farSide: 'Hồ sơ này do đơn vị khác quản lý nên không hiện ở đây.',
	farAdvice: (schools: string) =>
		`Bạn không quyết định được một mình. Hãy liên hệ ${schools} để cùng kiểm tra; đơn vị cấp trên của cả hai thấy cặp này.`,
	field: 'Thông tin',
	first: 'Hồ sơ thứ nhất',
	second: 'Hồ sơ thứ hai',
	compare: 'So sánh',
	fullName: 'Họ và tên',
	birth: 'Ngày sinh',
	sex: 'Giới tính',
	code: 'Mã học sinh',
	heldBy: 'Đơn vị giữ hồ sơ',
	agrees: 'giống',
	differs: 'khác',
	unknown: 'chưa có',
	why: 'Vì sao được nêu',
	speaksFor: 'Nghiêng về một người',
	speaksAgainst: 'Nghiêng về hai người',
	merge: 'Là một người',
	apart: 'Là hai người',
	reopen: 'Mở lại',
	next: 'Cặp sau',
	previous: 'Cặp trước',
	keys: 'J K đổi cặp, M là một người, D là hai người, U lấy lại quyết định vừa rồi.',
	foundAt: (at: string) => `tìm thấy ${at}`,
	decided: (by: string, at: string) => `${by}, ${at}`,
	somebody: 'Máy chủ',
	mergeTitle: 'Gộp hai hồ sơ làm một',
	keep: 'Hồ sơ được giữ',
	keepHint: 'Tên, ngày sinh và mã của hồ sơ này đứng từ nay.',
	mergeWhat: (gone: string, kept: string) =>
		`Ai mở hồ sơ “${gone}” từ nay sẽ đến hồ sơ “${kept}”. Lớp, điểm và giấy tờ của cả hai ở nguyên chỗ cũ, không mất gì. Tách lại được bất cứ lúc nào ở mục Đã gộp.`,
	mergeIt: 'Gộp',
	mergeAnyway: 'Vẫn gộp',
	merged: 'Đã gộp.',
	toldApart: 'Đã ghi là hai người; cặp này không được hỏi lại.',
	reopened: 'Cặp này chờ xem trở lại.',
	undo: 'Lấy lại',
	reopenTitle: 'Mở lại cặp này',
	reopenSame:
		'Hai hồ sơ tách ra như trước khi gộp, mỗi hồ sơ giữ nguyên những gì của mình. Cặp này chờ xem trở lại.',
	reopenDifferent: 'Cặp này chờ xem trở lại. Không có gì khác thay đổi.',
	position: (at: string, all: string) => `${at}/${all}`,
	keptMark: 'được giữ',
	acrossTitle: 'Hồ sơ nghi trùng giữa các trường',
	acrossLead:
		'Hai trường có vẻ giữ hồ sơ của cùng một người. Ở đây chỉ nói trường nào; hồ sơ do hai trường xem và quyết định cùng nhau.',
	acrossNone: 'Không có cặp nào giữa các trường',
	acrossNoneDetail: 'Khuê tìm mỗi đêm và sau mỗi lần một trường nhập danh sách.',
	acrossOne: 'Một hồ sơ ở',
	acrossOther: 'Hồ sơ kia ở',
	acrossUnit: 'Đơn vị',
	notSeen: 'đơn vị ngoài phạm vi'
};
