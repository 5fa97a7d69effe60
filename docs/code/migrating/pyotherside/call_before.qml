// SPDX-License-Identifier: BSD-3-Clause
import QtQuick 2.0
import io.thp.pyotherside 1.5

Item {
    Python {
        Component.onCompleted: {
            addImportPath(Qt.resolvedUrl("."));
            importModule("call_before", function () {
                call("call_before.price", ["ACME", 2], function (price) {
                    console.log("price", price);
                    Qt.quit();
                });
            });
        }
    }
}

// prints: price 39
