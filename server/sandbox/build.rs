//! Lets the program find the engine's shared library without `LD_LIBRARY_PATH`: in the folder it
//! was linked from, or in `deps` beside the program, where the crate's own download puts it.

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let here = match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => "@loader_path",
        _ => "$ORIGIN",
    };
    println!("cargo:rustc-link-arg=-Wl,-rpath,{here}");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{here}/deps");
    if let Ok(directory) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{directory}");
    }
}
