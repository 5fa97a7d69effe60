/* SPDX-License-Identifier: BSD-3-Clause */
/* Buttons that copy a block, and the choice of another version. The pages are complete without it. */
"use strict";

function copyText(text) {
    if (navigator.clipboard && window.isSecureContext)
        return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); /* pages that are opened as files have no clipboard */
    area.value = text;
    area.className = "qi-copied-text";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied ? Promise.resolve() : Promise.reject(new Error("the browser does not copy"));
}

function addCopyButton(block) {
    const button = document.createElement("button");
    button.className = "qi-copy";
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
        const done = (text) => {
            button.textContent = text;
            setTimeout(() => { button.textContent = "Copy"; }, 1500);
        };
        copyText(block.querySelector("pre").textContent.replace(/\n$/, "")).then(() => done("Copied"), () => done("Select it"));
    });
    block.append(button);
}

function fillVersions(place, versions) {
    const select = place.querySelector("select");
    if (!versions.includes(place.dataset.version))
        return;
    select.replaceChildren(...versions.map((version) => {
        const option = document.createElement("option");
        option.textContent = version;
        option.selected = version === place.dataset.version;
        return option;
    }));
    select.disabled = versions.length < 2;
    select.addEventListener("change", () => {
        /* The same page of the other version; where that has none, a server shows its own page for what is not there. */
        window.location.href = `${place.dataset.root}../${select.value}/${place.dataset.page}.html`;
    });
}

document.addEventListener("DOMContentLoaded", () => {
    for (const block of document.querySelectorAll("div.highlight"))
        addCopyButton(block);
    const place = document.querySelector(".qi-versions");
    if (!place)
        return;
    const script = document.createElement("script"); /* beside the folders of the versions, where there are several */
    script.src = `${place.dataset.root}../versions.js`;
    script.addEventListener("load", () => fillVersions(place, window.qiVersions || []));
    document.head.append(script);
});
