export default {
	title: 'Tổng quan',
	record: 'Hồ sơ trường',
	week: (week: number) => `Tuần ${week}`,
	semester: (semester: number): string => (semester === 1 ? 'Học kì I' : 'Học kì II'),
	asOf: 'Vào ngày',
	ofYourClasses: 'Chỉ tính các lớp bạn chủ nhiệm hoặc dạy.',
	pupils: 'Học sinh',
	boys: 'Nam',
	girls: 'Nữ',
	unknownSex: 'Chưa ghi',
	classes: 'Lớp',
	staff: 'Cán bộ',
	withAccount: (n: string) => `${n} người có tài khoản`,
	perClass: (n: string) => `trung bình ${n} học sinh một lớp`,
	boysGirls: (boys: string, girls: string) => `${boys} nam, ${girls} nữ`,

	byGrade: 'Mỗi khối có bao nhiêu học sinh?',
	byGradeAs: 'Xem như',
	chart: 'Biểu đồ',
	table: 'Bảng',
	grade: 'Khối',
	total: 'Cả trường',
	withoutClass: 'Chưa xếp lớp',
	barLabel: (grade: string, pupils: string, boys: string, girls: string) =>
		`${grade}: ${pupils} học sinh, ${boys} nam, ${girls} nữ`,
	noPupils: 'Chưa có học sinh nào',
	noPupilsDetail: 'Nhập danh sách từ Excel: kéo tệp vào, xem trước, rồi mới ghi.',
	noPupilsToSee: 'Khi bạn được phân công lớp, số liệu của lớp hiện ở đây.',
	import: 'Nhập từ Excel',

	waiting: 'Việc đang chờ',
	nothingWaits: 'Không có việc nào chờ.',
	waits: {
		imports: (n: string) => `${n} lần nhập Excel xem xong chưa ghi`,
		no_pupils: () => 'Trường chưa có học sinh: nhập danh sách từ Excel',
		duplicates: (n: string) => `${n} cặp hồ sơ có thể trùng`,
		without_class: (n: string) => `${n} học sinh chưa xếp lớp`,
		no_homeroom: (n: string) => `${n} lớp chưa có giáo viên chủ nhiệm`,
		no_timetable: () => 'Chưa có thời khoá biểu',
		no_lessons: (n: string) => `${n} lớp chưa có tiết trong thời khoá biểu`,
		year_not_open: (_: string, year: string) => `Năm học ${year} chưa được mở`,
		roll_over: (_: string, year: string) => `Đến lúc kết chuyển năm học ${year}`
	} as Record<string, (n: string, year: string) => string>,

	missing: 'Hồ sơ còn thiếu gì?',
	missingNone: 'Mục nào cũng đã ghi đủ cho mọi học sinh.',
	missingOf: {
		birth: 'Ngày sinh đầy đủ',
		sex: 'Giới tính',
		ethnic_group: 'Dân tộc',
		pupil_code: 'Mã học sinh của ngành',
		personal_number: 'Số định danh cá nhân'
	} as Record<string, string>,
	missingShare: (n: string, all: string) => `${n} / ${all} học sinh`,

	left: 'Rời trường trong năm học',
	leftNone: 'Chưa có học sinh nào rời trường.',
	leftBy: { transferred: 'Chuyển trường', left: 'Thôi học', finished: 'Hoàn thành' } as Record<
		string,
		string
	>,

	staffGroups: 'Cán bộ theo nhóm',
	staffNone: 'Chưa ghi cán bộ nào.',
	noGroup: 'Chưa ghi nhóm',

	notYours: 'Vai trò của bạn không xem học sinh',
	notYoursDetail: 'Tên, địa bàn, người và lời mời của trường nằm ở trang đơn vị.',
	openUnit: 'Mở trang đơn vị'
};
