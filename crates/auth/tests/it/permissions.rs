//! The golden table: who may do what, along which edges. `KHUE_UPDATE=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use auth::Capability;
use auth::role::ROLES;

#[test]
fn permissions_txt_is_the_table_of_roles() {
    let mut table = String::from(
        "# Who may do what, and along which edges it reaches below the unit of the grant.\n# role\tcapability\tedges\n",
    );
    for role in ROLES {
        for capability in Capability::ALL.into_iter().filter(|capability| role.capabilities.contains(capability)) {
            let along = capability.reaches().iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ");
            writeln!(table, "{}\t{}\t{along}", role.code, capability.as_str()).expect("text");
        }
    }
    table.push_str("\n# role\theld at\tgiven by\n");
    for role in ROLES {
        let by = if role.granted_by.is_empty() { "-".to_owned() } else { role.granted_by.join(" ") };
        writeln!(table, "{}\t{}\t{by}", role.code, role.unit_kinds.join(" ")).expect("text");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../permissions.txt");
    if std::env::var_os("KHUE_UPDATE").is_some() {
        std::fs::write(&path, &table).expect("writes the table");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, table, "permissions.txt differs from the roles; look at the change, then run with KHUE_UPDATE=1");
}
