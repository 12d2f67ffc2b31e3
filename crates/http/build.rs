//! A release holds the client inside: it is built anew when the client's files change. A development build reads them from
//! the folder at run time, so that nobody waits for the compiler after changing a screen.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/build");
    }
}
